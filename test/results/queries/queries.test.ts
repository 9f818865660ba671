// SPDX-License-Identifier: MIT
import {endServer, onBoth} from '../database/both.ts';
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {endNightlyRun, openNightlyRun} from '../../../src/results/database/nightly-runs.ts';
import {recordRun} from '../../../src/results/database/record.ts';
import type {Outcome} from '../../../src/results/outcome.ts';
import {pair} from '../../../src/results/queries/compare.ts';
import {designs} from '../../../src/results/queries/designs.ts';
import {countFlakes, flakes, straightPasses} from '../../../src/results/queries/flakes.ts';
import {health} from '../../../src/results/queries/health.ts';
import {historyOf} from '../../../src/results/queries/history.ts';
import {listRuns} from '../../../src/results/queries/list.ts';
import type {NightlyRunResult} from '../../../src/results/queries/nightly-runs.ts';
import {seriesOf} from '../../../src/results/queries/series.ts';
import {facts} from '../facts.ts';

endServer();

const outcomes = ['pass', 'fail', 'crash', 'known', 'skip', 'error', 'flaky'] as const;

const result = (kernel: string, scenario: string, outcome: Outcome): NightlyRunResult => ({
  ...{kernel, scenario, outcome, topology: 'any', variant: 'plain', caseId: 1, attempts: 1},
  ...{change: null, since: null, before: null, run: null},
});

test('two kernels are paired on all but the kernel, and told apart by what is known of both', (t) => {
  const differences = pair(
    [
      result('a', 'broken', 'pass'),
      result('b', 'broken', 'crash'),
      result('a', 'mended', 'known'),
      result('b', 'mended', 'pass'),
      result('a', 'inconclusive', 'pass'),
      result('b', 'inconclusive', 'error'),
      result('a', 'alone', 'fail'),
      result('c', 'alone', 'pass'),
      result('a', 'same', 'fail'),
      result('b', 'same', 'known'),
    ],
    'a',
    'b',
    new Map(),
  ).map(({scenario, difference}) => [scenario, difference]);
  t.deepEqual(differences, [
    ['broken', 'only the second fails'],
    ['mended', 'only the first fails'],
    ['inconclusive', 'inconclusive'],
    ['alone', 'not in both'],
    ['same', 'both fail'],
  ]);
});

testProp(
  'a comparison read from the other side says the other',
  [fc.array(fc.tuple(fc.constantFrom(...outcomes), fc.constantFrom(...outcomes)), {maxLength: 6})],
  (t, pairs) => {
    const results = pairs.flatMap(([first, second], index) => [
      result('a', String(index), first),
      result('b', String(index), second),
    ]);
    const swap = {
      'only the second fails': 'only the first fails',
      'only the first fails': 'only the second fails',
    } as const;
    const there = pair(results, 'a', 'b', new Map()).map(({difference}) => difference);
    const back = pair(results, 'b', 'a', new Map()).map(({difference}) =>
      difference in swap ? swap[difference as keyof typeof swap] : difference,
    );
    t.deepEqual(back, there);
  },
);

test('flakes are counted by how long ago they were', (t) => {
  const now = new Date('2026-02-01T00:00:00.000Z');
  const at = (days: number, outcome: Outcome = 'flaky') => ({
    begun: new Date(now.getTime() - days * 86_400_000).toISOString(),
    outcome,
  });
  const counts = countFlakes([at(0.5), at(2), at(2, 'fail'), at(6), at(30), at(40)], now);
  t.deepEqual(counts, {day: 1, threeDays: 2, week: 3, month: 4});
});

test('passes count in a row, whatever the lab failed to say between', (t) => {
  const passes = (...words: readonly Outcome[]) =>
    straightPasses(words.map((outcome) => ({outcome, begun: ''})));
  t.is(passes('pass', 'error', 'pass', 'skip', 'flaky', 'pass'), 2);
  t.is(passes('fail', 'pass'), 0);
  t.is(passes('pass', 'pass'), 2);
});

onBoth(
  'a nightly run is told by designs, a case by its history, flakes and the lab’s errors by themselves',
  async (t, {db}) => {
    const nightlyRuns = [];
    for (const number of [1, 2, 3]) {
      const begun = new Date(Date.UTC(2026, 0, number)).toISOString();
      const id = await openNightlyRun(db, {suite: 'nightly', begun, host: 'h', planned: 2});
      nightlyRuns.push(id);
      const peer = facts({begun, kernel: 'switch', durationMs: number * 1000});
      const lab = facts({begun, verdict: 'error', reason: `no room on port ${number}`, steps: []});
      await recordRun(db, peer, id);
      await recordRun(db, lab, id);
      const about = {scenario: 'copy', topology: 'nvme-switch', variant: 'plain', attempts: 1} as const;
      await endNightlyRun(db, id, [
        {...about, kernel: 'switch', outcome: number === 2 ? 'flaky' : 'pass', run: peer.name},
        {...about, kernel: 'baseline', outcome: 'error', run: lab.name},
      ]);
    }
    const {kernels, rows} = await designs(db, nightlyRuns[2] ?? 0);
    t.deepEqual(kernels.toSorted(), ['baseline', 'switch']);
    t.deepEqual(rows[0]?.cells['switch']?.bytes, {peer: 65_536, hostMemory: 512, lost: 0});
    t.is(rows[0]?.cells['baseline']?.bytes, undefined);
    const caseId = rows[0]?.cells['switch']?.result.caseId ?? 0;
    const past = await historyOf(db, caseId);
    t.deepEqual(
      past?.nightlyRuns.map(({outcome}) => outcome),
      ['pass', 'flaky', 'pass'],
    );
    const [durations] = (await seriesOf(db, caseId)).filter(({name}) => name === 'duration');
    t.deepEqual(
      durations?.points.map(({value}) => value),
      [1000, 2000, 3000],
    );
    const now = new Date('2026-01-04T00:00:00.000Z');
    const [flake, ...others] = await flakes(db, now);
    t.deepEqual(others, []);
    t.like(flake, {kernel: 'switch', day: 0, threeDays: 1, passes: 1, nightlyRuns: 3});
    const {failures, hosts, rows: kept} = await health(db, '2026-01-01');
    t.like(failures[0], {title: 'no room on port N', count: 3});
    t.is(failures.length, 1);
    t.deepEqual(
      hosts.map(({runs, errors}) => [runs, errors]),
      [[6, 3]],
    );
    t.deepEqual(kept, {runs: 6, results: 6, nightlyRuns: 3});
    t.is((await listRuns(db, {verdict: 'error', kernel: 'baseline', nightlyRun: nightlyRuns[0]})).length, 1);
    t.is((await listRuns(db, {suite: 'nightly'})).length, 6);
    t.is((await listRuns(db, {suite: 'other'})).length, 0);
  },
);
