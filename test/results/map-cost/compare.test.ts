// SPDX-License-Identifier: MIT
import {judged} from '../../helpers/findings.ts';
import test from 'ava';
import {compareCounts, undeclared} from '../../../src/results/map-cost/compare-counts.ts';
import {mapCostPage, declarations} from '../../../src/results/map-cost/map-cost-document.ts';
import type {StepRecord} from '../../../src/scenario/record.ts';
import type {Verdict} from '../../../src/base/verdict.ts';

const scenario = 'map-cost/below-provider';

function run(kernel: string, counts: Readonly<Record<string, number>>, verdict: Verdict = 'pass') {
  const step: StepRecord = {
    ...{
      title: 'count',
      verb: 'count',
      ...judged(verdict, ''),
      durationMs: 1,
      ledger: [],
      checks: [],
      guest: [],
    },
    measurements: Object.entries(counts).map(([name, value]) => ({name, unit: 'instructions', value})),
  };
  return {kernel, scenario, verdict, durationMs: 1, steps: [step]};
}

const base = run('baseline', {'map-page': 76, 'unmap-page': 61});
const compare = (
  counts: Readonly<Record<string, number>>,
  declared: Readonly<Record<string, number>>,
  verdict?: Verdict,
) =>
  compareCounts(
    'baseline',
    [{name: 'own', costs: {[scenario]: declared}}],
    [base, run('own', counts, verdict)],
  );

test('what is declared, and what is no rise, is right', (t) => {
  t.deepEqual(undeclared('baseline', compare({'map-page': 76, 'unmap-page': 50}, {})), []);
  t.deepEqual(undeclared('baseline', compare({'map-page': 86, 'unmap-page': 61}, {'map-page': 10})), []);
});

test('one instruction more than declared is told', (t) => {
  t.deepEqual(undeclared('baseline', compare({'map-page': 77, 'unmap-page': 61}, {})), [
    `${scenario} on own: map-page takes 77 instructions, 1 more than the 76 on baseline: none is declared`,
  ]);
  t.deepEqual(undeclared('baseline', compare({'map-page': 87, 'unmap-page': 61}, {'map-page': 10})), [
    `${scenario} on own: map-page takes 87 instructions, 11 more than the 76 on baseline: 10 are declared`,
  ]);
});

test('the numbers of a run that did not pass are none', (t) => {
  const rows = compare({'map-page': 9999, 'unmap-page': 61}, {}, 'fail');
  t.deepEqual(undeclared('baseline', rows), []);
  t.is(rows[0]?.costs[0]?.value, undefined);
});

test('a kernel without a base in the same runs is held against nothing', (t) => {
  const rows = compareCounts('baseline', [{name: 'own', costs: {}}], [run('own', {'map-page': 99})]);
  t.deepEqual(undeclared('baseline', rows), []);
  t.is(rows[0]?.base, undefined);
});

const page = (rows: ReturnType<typeof compare>) =>
  mapCostPage({
    ...{base: 'baseline', machine: 'QEMU x', command: './p2plab map-cost', rows},
    kernels: [{name: 'own', description: 'Own'}],
    scenarios: [{name: scenario, description: 'Below'}],
  }).split('\n');

test('the page has base, value and difference; bold is what is not declared', (t) => {
  const good = page(compare({'map-page': 86, 'unmap-page': 60}, {'map-page': 10}));
  t.true(good.includes('| map-page | 76 | 86 (+10) |'), good.join('\n'));
  t.true(good.includes('| unmap-page | 61 | 60 (−1) |'));
  t.true(good.includes('Nothing takes more than is declared.'));
  const bad = page(compare({'map-page': 87, 'unmap-page': 61}, {'map-page': 10}));
  t.true(bad.includes('| map-page | 76 | **87 (+11, declared +10)** |'), bad.join('\n'));
  t.true(bad.includes('| unmap-page | 61 | 61 |'));
  const cheaper = page(compare({'map-page': 80, 'unmap-page': 61}, {'map-page': 10}));
  t.true(cheaper.includes('| map-page | 76 | 80 (+4, declared +10) |'));
});

test('what had to be declared can be put into the file', (t) => {
  t.is(
    declarations(compare({'map-page': 86, 'unmap-page': 60}, {})),
    `# own\ncosts:\n  ${scenario}:\n    map-page: 10\n`,
  );
});
