// SPDX-License-Identifier: MIT
import './temporary-state.ts';
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {readMutantEntry} from '../../src/runner/mutants/read-mutant.ts';
import {runMutants} from '../../src/runner/mutants/run-mutants.ts';
import {runAll} from '../../src/runner/run-all.ts';
import {selectKernel} from '../../src/runner/select-kernel.ts';
import {findMutants, findScenarios} from '../../src/spec/catalog.ts';
import {context, flows, qemu} from './lab.ts';

const patience = 1_800_000;

function run(kernel: string, scenarios: readonly string[]) {
  return runAll(
    {
      entries: findScenarios(labRoot, scenarios),
      kernel: selectKernel(kernel),
      qemu,
      jobs: 1,
      keep: false,
    },
    {result: () => undefined},
    context,
  );
}

test.serial("a copy goes by bus addresses that are not the CPU's, whatever the windows", async (t) => {
  t.timeout(patience, 'building an arm64 kernel, and three boots');
  for (const result of await run('baseline', ['offset/copy-*'])) {
    const {scenario, verdict, reason, steps, bundle} = result;
    t.is(verdict, 'pass', `${scenario}: ${reason} (${bundle})`);
    t.deepEqual(flows(result), ['dst read cmb 16384', 'src write cmb 16384']);
    const [entry] = steps.flatMap(({ledger}) => ledger);
    // The CPU has it at 3 GiB or at 8 GiB.
    t.true((entry?.address ?? 0) >= 0x1000_0000 && (entry?.address ?? 0) < 0x4000_0000, bundle);
  }
});

test.serial('an SMMUv3 translates for host memory, and passes bus addresses if it is to', async (t) => {
  t.timeout(patience, 'three boots');
  for (const {scenario, verdict, reason, bundle, steps} of await run('baseline', [
    'smmuv3/below-switch',
    'smmuv3/lazy',
    'smmuv3/passthrough',
    'smmuv3/strict',
  ])) {
    t.is(verdict, 'pass', `${scenario}: ${reason} (${bundle})`);
    const moved = steps.flatMap(({ledger}) => ledger);
    const translated = !['smmuv3/below-switch', 'smmuv3/passthrough'].includes(scenario);
    t.true(moved.length > 0, bundle);
    t.true(
      moved.every(({address, translated: to = address}) => (to !== address) === translated),
      bundle,
    );
  }
});

test.serial('a kernel that drops the offset is killed in both windows', async (t) => {
  t.timeout(patience, 'building a kernel, and two boots');
  const mutants = await Promise.all(findMutants(labRoot, ['bus-offset-dropped']).map(readMutantEntry));
  const [result] = await runMutants({mutants, qemu, keep: false}, () => undefined, context);
  t.is(result?.outcome, 'killed', result?.reason);
  t.is(result?.runs.length, 2);
});
