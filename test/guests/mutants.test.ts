// SPDX-License-Identifier: MIT
import './temporary-state.ts';
import path from 'node:path';
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {type Mutant, readMutantEntry} from '../../src/runner/mutants/read-mutant.ts';
import {mutantExitCode} from '../../src/runner/mutants/exit-code.ts';
import {runMutants} from '../../src/runner/mutants/run-mutants.ts';
import {findMutants} from '../../src/spec/catalog.ts';
import {context, qemu} from './lab.ts';

const patience = 1_800_000;

function run(mutants: readonly Mutant[]) {
  return runMutants({mutants, qemu, keep: false}, () => undefined, context);
}

// All of them are tried by `p2plab mutants`; here are some for which one file is compiled.
const names = [
  'bus-address-next-page',
  'map-type-cache-stale',
  'whitelist-always',
  'zen-not-trusted',
  // By a KUnit test, and by the ledger where a module is broken.
  'pagemap-hook-ignored',
  'switch-refusal-mapped',
];

test.serial('mutants of one file are killed, by the evidence that they name', async (t) => {
  t.timeout(patience, 'building kernels, and a boot for each and for those without a mutant');
  const mutants = await Promise.all(findMutants(labRoot, names).map(readMutantEntry));
  const results = await run(mutants);
  t.deepEqual(
    results.map(({mutant, outcome, reason}) => [mutant, outcome, outcome === 'killed' ? '' : reason]),
    names.map((name) => [name, 'killed', '']),
  );
  t.is(mutantExitCode(results), 0);
});

test.serial('a kernel that is not broken survives, and that is an error', async (t) => {
  t.timeout(patience, 'building a kernel, and two boots');
  const [real] = await Promise.all(findMutants(labRoot, ['whitelist-always']).map(readMutantEntry));
  if (real === undefined) throw new TypeError('there is no mutant');
  const harmless = {...real, name: 'reworded', folder: path.join(import.meta.dirname, 'series/reworded')};
  const results = await run([harmless]);
  t.is(results[0]?.outcome, 'survived', results[0]?.reason);
  t.is(mutantExitCode(results), 1);
});

test.serial('one that is killed by other evidence than it names is an error, too', async (t) => {
  t.timeout(patience, 'two boots');
  const [real] = await Promise.all(findMutants(labRoot, ['whitelist-always']).map(readMutantEntry));
  if (real === undefined) throw new TypeError('there is no mutant');
  const killers = real.killers.map(({plan}) => ({plan, evidence: ['picture' as const]}));
  const results = await run([{...real, killers}]);
  t.is(results[0]?.outcome, 'killed by other evidence');
  t.regex(
    results[0]?.reason ?? '',
    /^not by picture, as declared: ledger: expected: .*observed: src wrote 64 KiB to cmb/,
  );
  t.is(mutantExitCode(results), 1);
});
