// SPDX-License-Identifier: MIT
// Comparisons have what was counted: a kernel that takes more instructions is not the same as one that does not.
import {temporary} from '../base/temporary-cache.ts';
import path from 'node:path';
import test from 'ava';
import {stripVTControlCharacters} from 'node:util';
import {alongSeries} from '../../src/cli/series/table.ts';
import {changesAlong} from '../../src/runner/series-changes.ts';
import {comparison} from '../../src/cli/compare/table.ts';
import {pairResults} from '../../src/results/pairs.ts';
import {summary} from '../../src/runner/nightly/summary.ts';
import {dashboard} from '../../src/dashboard/serve.ts';
import {openDatabase} from '../../src/results/database/connect.ts';
import {endNightlyRun, openNightlyRun} from '../../src/results/database/nightly-runs.ts';
import {recordRun} from '../../src/results/database/record.ts';
import {differenceOf} from '../../src/results/difference.ts';
import {costsBeyond, isUndeclaredRise} from '../../src/results/measured-change.ts';
import {compareKernels} from '../../src/results/queries/compare.ts';
import {mapCostChanges} from '../../src/results/queries/map-cost-changes.ts';
import type {ReportedRun} from '../../src/results/reported.ts';
import {p2plab} from '../cli/p2plab.ts';
import {copied, facts} from './facts.ts';

type Counts = Readonly<Record<string, number>>;

function steps(counts: Counts, verdict: 'pass' | 'fail' = 'pass'): ReportedRun['steps'] {
  const measurements = Object.entries(counts).map(([name, value]) => ({name, unit: 'instructions', value}));
  return [{...copied, verdict, ledger: [], measurements}];
}

function run(
  kernel: string,
  counts: Counts,
  verdict: 'pass' | 'fail' = 'pass',
  durationMs = 2000,
): ReportedRun {
  const one = facts({
    kernel,
    verdict,
    scenario: 'map-cost/outside-provider',
    steps: steps(counts, verdict),
    durationMs,
  });
  return {...one.record, bundle: '/none'};
}

const base = run('baseline', {'map-page': 76, 'map-sg-16': 900});

test('three instructions more for every page are no "same"', (t) => {
  const dearer = run('baseline+dearer', {'map-page': 79, 'map-sg-16': 900});
  t.is(differenceOf(base, dearer), 'costs more');
  t.is(differenceOf(dearer, base), 'costs less');
  t.is(
    differenceOf(base, run('other', {'map-page': 76, 'map-sg-16': 900}, 'pass', 9000)),
    'same',
    'time scatters',
  );
  t.is(differenceOf(base, run('mixed', {'map-page': 70, 'map-sg-16': 901})), 'costs more');
  t.is(
    differenceOf(base, run('silent', {'map-page': 76})),
    'inconclusive',
    'it counted less, which is no proof',
  );
  t.is(differenceOf(base, run('bad', {'map-page': 79}, 'fail')), 'worse', 'a verdict says more');
  const pairs = pairResults([base], [dearer]);
  t.deepEqual(pairs[0]?.measurements, [
    {name: 'map-page', unit: 'instructions', before: 76, after: 79, declared: 0},
  ]);
  t.true(pairs[0]?.measurements.some(isUndeclaredRise));
  const text = stripVTControlCharacters(comparison(pairs, ['baseline', 'baseline+dearer']));
  t.regex(text, /^map-cost\/outside-provider +pass +pass +costs more$/m);
  t.regex(text, /map-page: 76 → 79 instructions \(\+3\)/);
  t.regex(text, /1 costs more$/);
});

test('what a kernel declares beyond the base is shown, and fails nothing', (t) => {
  const switched = {'map-cost/outside-provider': {'map-page': 3}};
  const pairs = (costs: typeof switched) =>
    pairResults([base], [run('switch', {'map-page': 79, 'map-sg-16': 900})], costs);
  t.false(pairs(switched)[0]?.measurements.some(isUndeclaredRise));
  t.regex(comparison(pairs(switched), ['baseline', 'switch']), /\(\+3, declared \+3\)/);
  t.deepEqual(costsBeyond(switched, switched), {'map-cost/outside-provider': {'map-page': 0}});
  t.deepEqual(costsBeyond({}, switched), switched);
});

test('a series tells the patch that costs more', (t) => {
  const columns = [base, base, run('dearer', {'map-page': 79, 'map-sg-16': 900})].map((one) => ({
    results: [one],
  }));
  const scenarios = ['map-cost/outside-provider'];
  t.deepEqual(
    changesAlong(scenarios, columns).map(({patch, difference}) => [patch, difference]),
    [[2, 'costs more']],
  );
  t.regex(
    alongSeries(scenarios, columns, ['x', 'y']),
    /costs more since patch 2, "y"\n {2}map-page: 76 → 79/,
  );
});

const context = {signal: new AbortController().signal, report: () => undefined};

test('nightly runs, their text, their pages and results diff have it', async (t) => {
  const file = path.join(temporary, 'costs.sqlite');
  const connection = await openDatabase(file, context);
  const {db} = connection;
  const nightlyRun = async (begun: string, counts: Readonly<Record<string, Counts>>): Promise<number> => {
    const id = await openNightlyRun(db, {suite: 'counts', begun, host: 'h', planned: 2});
    const outcomes = [];
    for (const [kernel, own] of Object.entries(counts)) {
      const one = facts({kernel, scenario: 'map-cost/a', steps: steps(own), begun});
      await recordRun(db, one, id);
      const about = {scenario: 'map-cost/a', topology: 'nvme-switch', variant: 'plain', kernel};
      outcomes.push({...about, outcome: 'pass' as const, attempts: 1, run: one.name});
    }
    await endNightlyRun(db, id, outcomes);
    return id;
  };
  const first = await nightlyRun('2026-01-01T00:00:00.000Z', {baseline: {map: 76}, other: {map: 76}});
  const second = await nightlyRun('2026-01-02T00:00:00.000Z', {baseline: {map: 76}, other: {map: 79}});
  t.deepEqual(await mapCostChanges(db, first), []);
  const changes = await mapCostChanges(db, second);
  t.like(changes, [
    {kernel: 'other', before: '2026-01-01T00:00:00.000Z', changes: [{before: 76, after: 79}]},
  ]);
  t.is(changes.length, 1);
  t.regex(
    summary('counts', [], [], [], changes),
    /^ {2}other\/plain\/map-cost\/a: map: 76 → 79 instructions \(\+3\)$/m,
  );
  const pairs = await compareKernels(db, second, 'baseline', 'other');
  t.deepEqual(
    pairs.map(({difference}) => difference),
    ['the second costs more'],
  );
  t.deepEqual(
    (await compareKernels(db, first, 'baseline', 'other')).map(({difference}) => difference),
    ['both pass'],
  );
  const app = dashboard({db, token: undefined, hosts: undefined});
  const text = async (page: string): Promise<string> => (await app.request(page)).text();
  for (const page of ['/index.html', `/nightly/${second}.html`, '/compare/baseline..other.html'])
    t.regex(await text(page), /map: 76 → 79 instructions \(\+3\)/, page);
  t.regex(await text('/index.html'), /<h1>1 costs more; nothing fails<\/h1>/);
  t.regex(await text('/compare.html'), /0, 1 cost more/);
  await connection.close();
  const diff = await p2plab(['results', 'diff', 'baseline', 'other', '--database', file]);
  t.is(diff.exitCode, 1, diff.stderr);
  t.regex(diff.stdout, /^map-cost\/a +pass +pass +map: 76 → 79 instructions \(\+3\)$/m);
  t.is((await p2plab(['results', 'diff', 'other', 'baseline', '--database', file])).exitCode, 0);
  const changed = await p2plab(['results', 'diff', '--database', file]);
  t.regex(changed.stdout, /^cost +map-cost\/a +other .*map: 76 → 79/m);
});
