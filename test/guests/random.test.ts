// SPDX-License-Identifier: MIT
import './temporary-state.ts';
import test from 'ava';
import {runRandom} from '../../src/runner/random/run-random.ts';
import {selectKernel} from '../../src/runner/select-kernel.ts';
import {context, qemu} from './lab.ts';

const listener = {result: () => undefined};

test.serial('200 random trees: model, Linux and ledger agree', async (t) => {
  t.timeout(1_800_000, 'some twenty boots');
  const begun = performance.now();
  const {results, difference} = await runRandom(
    {
      ...{count: 200, seed: 2017, kernel: selectKernel('baseline')},
      ...{qemu, jobs: 2, keep: false},
    },
    listener,
    context,
  );
  t.log(`${results.length} boots, ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  t.is(difference, undefined, difference?.result.reason);
  const steps = results.flatMap((result) => result.steps);
  const pairs = steps
    .flatMap(({checks}) => checks)
    .map(({name, finding}) =>
      name === 'distance' && finding.code === 'map-matches' ? finding.parameters.pairs : 0,
    );
  t.log(`${pairs.reduce((sum, count) => sum + count, 0)} pairs`);
  const moved = steps.flatMap(({ledger}) => ledger).filter(({bar}) => bar !== undefined);
  t.true(moved.length >= results.length / 2, 'peers were driven');
});
