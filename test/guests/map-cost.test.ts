// SPDX-License-Identifier: MIT
import './temporary-state.ts';
import path from 'node:path';
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {regressionsOf} from '../../src/runner/nightly/regressions.ts';
import type {NightlyResult} from '../../src/runner/nightly/run-nightly.ts';
import {withVariant, selectKernel} from '../../src/runner/select-kernel.ts';
import {compareCounts, undeclared} from '../../src/results/map-cost/compare-counts.ts';
import {differenceOf} from '../../src/results/difference.ts';
import {measurementsOf} from '../../src/results/measurements.ts';
import type {RunRecord} from '../../src/scenario/record.ts';
import {findScenarios} from '../../src/spec/catalog.ts';
import {type Machine, prepareMachine} from '../../src/scenario/machine.ts';
import {context, flows, machineOf, type Outcome, proofs, qemu, runFile} from './lab.ts';

const scenario = 'map-cost/outside-provider';
const file = path.join(labRoot, 'scenarios', `${scenario}.yaml`);

async function counting(kernel: string, series: readonly string[] = []): Promise<Machine> {
  const files = series.map((name) => path.join(import.meta.dirname, 'series', name));
  const {kernel: recipe, variant} = withVariant(selectKernel(kernel, {series: files}), 'instruction-count');
  return prepareMachine({...recipe, arch: 'x86_64'}, qemu, context, {variant});
}

const instructions = (record: RunRecord): Readonly<Record<string, number>> =>
  Object.fromEntries(
    measurementsOf(record)
      .filter(({unit}) => unit === 'instructions')
      .map(({name, value}) => [name, value]),
  );

function nightlyRun(outcomes: readonly Outcome[]): readonly NightlyResult[] {
  return outcomes.map(({kernel, verdict, reason, durationMs, qemu: ran, bundle}) => ({
    run: {id: kernel, kernel: 'baseline', variant: 'instruction-count', scenario: {name: scenario, file}},
    outcome: 'pass',
    attempts: [{run: kernel, verdict, reason, durationMs, qemu: ran, bundle}],
  }));
}

let base: Outcome | undefined;

test.serial('every boot counts the same, and QEMU counts it, too', async (t) => {
  t.timeout(1_800_000, 'building the kernel');
  const machine = await counting('baseline');
  const runs = [];
  for (let boot = 0; boot < 3; boot++) runs.push(await runFile(machine, scenario, file));
  for (const run of runs) {
    t.is(run.verdict, 'pass', run.reason);
    t.true(proofs(run).includes('clock'));
    t.deepEqual(instructions(run), instructions(runs[0] ?? run));
  }
  [base] = runs;
  t.is(Object.keys(base === undefined ? {} : instructions(base)).length, 10);
});

test.serial('all scenarios that count are proven by the clock, and move nothing', async (t) => {
  t.timeout(1_800_000, 'a boot for each');
  const machine = await counting('baseline');
  for (const {name, file: own} of findScenarios(labRoot, ['map-cost'])) {
    const run = await runFile(machine, name, own);
    t.is(run.verdict, 'pass', `${name}: ${run.reason}`);
    t.deepEqual(flows(run), []);
    t.deepEqual(
      proofs(run).filter((proof) => !/^(path|disk .*)$/.test(proof)),
      ['ledger', 'clock'],
    );
    // Plain Linux does not care who asks, nor who else is there.
    t.deepEqual(instructions(run), base === undefined ? undefined : instructions(base));
  }
});

test.serial('one instruction more for each page is found, and fails a nightly run', async (t) => {
  t.timeout(1_800_000, 'building the kernel');
  const dearer = await runFile(await counting('baseline', ['dearer']), scenario, file);
  t.is(dearer.verdict, 'pass', dearer.reason);
  if (base === undefined) return;
  const {'map-page': before = 0} = instructions(base);
  const rise = `${scenario} on baseline+dearer: map-page takes ${before + 1} instructions, 1 more than the ${before} on baseline`;
  const rows = (declared: number) =>
    compareCounts(
      'baseline',
      [{name: dearer.kernel, costs: {[scenario]: {'map-page': declared}}}],
      [base, dearer].filter((run) => run !== undefined),
    );
  t.deepEqual(undeclared('baseline', rows(0)), [`${rise}: none is declared`]);
  t.deepEqual(undeclared('baseline', rows(1)), []);
  t.is(differenceOf(base, dearer), 'costs more');
  t.is(differenceOf(dearer, base), 'costs less');
  t.deepEqual(await regressionsOf(nightlyRun([base, dearer])), [`${rise}: none is declared`]);
  t.deepEqual(await regressionsOf(nightlyRun([base])), []);
});

test.serial('where nothing is counted, there is no verdict', async (t) => {
  const record = await runFile(await machineOf('baseline'), scenario, file);
  t.is(record.verdict, 'skip');
  t.is(record.reason, 'requires variant counted');
});
