// SPDX-License-Identifier: MIT
import {endServer, onBoth} from './database/both.ts';
import {temporary} from '../base/temporary-cache.ts';
import {existsSync, mkdirSync} from 'node:fs';
import path from 'node:path';
import {endNightlyRun, openNightlyRun} from '../../src/results/database/nightly-runs.ts';
import {recordRun} from '../../src/results/database/record.ts';
import type {Database} from '../../src/results/database/tables.ts';
import type {Outcome} from '../../src/results/outcome.ts';
import {planPrune, prune} from '../../src/results/prune.ts';
import {listRuns} from '../../src/results/queries/list.ts';
import {resultsOf} from '../../src/results/queries/nightly-runs.ts';
import type {Verdict} from '../../src/base/verdict.ts';
import {facts} from './facts.ts';

endServer();

const day = (number: number): string => `2026-01-${String(number).padStart(2, '0')}T02:00:00.000Z`;

/** A nightly run whose runs are named `<scenario>-<number>`, with a bundle each. */
async function nightlyRun(
  db: Database,
  root: string,
  number: number,
  outcomes: Readonly<Record<string, Outcome & Verdict>>,
  end = true,
): Promise<number> {
  const id = await openNightlyRun(db, {suite: 'nightly', begun: day(number), host: 'h', planned: 1});
  for (const [scenario, verdict] of Object.entries(outcomes)) {
    const name = `${scenario}-${number}`;
    const bundle = path.join(root, name);
    mkdirSync(bundle, {recursive: true});
    // Each failure of a kind of its own, or the last of a kind would be kept for that alone.
    const reason = verdict === 'pass' ? 'all' : `${scenario} ${'x'.repeat(number)}`;
    await recordRun(db, facts({name, scenario, verdict, reason, bundle, begun: day(number)}), id);
  }
  if (end) {
    await endNightlyRun(
      db,
      id,
      Object.entries(outcomes).map(([scenario, outcome]) => ({
        ...{scenario, topology: 'nvme-switch', variant: 'plain', kernel: 'baseline', attempts: 1, outcome},
        run: `${scenario}-${number}`,
      })),
    );
  }
  return id;
}

onBoth('what a regression that is open rests on stays, however old it is', async (t, {db}) => {
  const root = path.join(temporary, `bundles-${Math.random()}`);
  await nightlyRun(db, root, 1, {bad: 'pass', good: 'pass'});
  await nightlyRun(db, root, 2, {bad: 'pass', good: 'pass'});
  const third = await nightlyRun(db, root, 3, {bad: 'pass', good: 'pass'});
  await nightlyRun(db, root, 4, {bad: 'pass', good: 'pass'});
  await nightlyRun(db, root, 5, {bad: 'fail', good: 'pass'});
  // A fail of the same kind each: neither the first nor the last of it but by what it began.
  await nightlyRun(db, root, 6, {bad: 'pass', good: 'pass'});
  await nightlyRun(db, root, 7, {bad: 'crash', good: 'pass'});
  await nightlyRun(db, root, 8, {bad: 'error', good: 'pass'});
  await nightlyRun(db, root, 9, {bad: 'crash', good: 'pass'});
  await recordRun(db, facts({name: 'single', begun: day(9), bundle: path.join(root, 'single')}));
  const plan = await planPrune(db, day(20));
  await prune(db, plan, root, () => undefined);
  const left = (await listRuns(db, {limit: 100})).map(({name}) => name).toSorted();
  // bad-5 and bad-8 are the only ones of their kind; 6 passed last, 7 is the first bad one, 9 the newest.
  t.deepEqual(left, ['bad-5', 'bad-6', 'bad-7', 'bad-8', 'bad-9', 'good-9']);
  t.true(existsSync(path.join(root, 'bad-6')));
  t.false(existsSync(path.join(root, 'bad-4')));
  t.is(plan.runs.length, 13);
  t.is(plan.kept, 6);
  const results = await resultsOf(db, third);
  t.deepEqual(
    results.map(({outcome, run}) => [outcome, run]),
    [
      ['pass', null],
      ['pass', null],
    ],
    'what came of it is known still',
  );
});

onBoth('what is new stays, and a nightly run that still runs', async (t, {db}) => {
  const root = path.join(temporary, `bundles-${Math.random()}`);
  await nightlyRun(db, root, 1, {a: 'pass'}, false);
  t.deepEqual((await planPrune(db, day(20))).runs, []);
  await recordRun(db, facts({begun: day(21)}));
  t.deepEqual((await planPrune(db, day(20))).runs, []);
  t.is((await planPrune(db, day(22))).runs.length, 1);
});

onBoth('a folder that does not have the run’s name is never removed', async (t, {db}) => {
  const precious = path.join(temporary, `precious-${Math.random()}`);
  mkdirSync(precious);
  await recordRun(db, facts({name: 'odd', begun: day(1), bundle: precious}));
  await prune(db, await planPrune(db, day(20)), temporary, () => undefined);
  t.true(existsSync(precious));
  t.deepEqual(await listRuns(db), []);
});
