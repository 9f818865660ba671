// SPDX-License-Identifier: MIT
import {endServer, onBoth} from './both.ts';
import {endNightlyRun, openNightlyRun, type CaseOutcome} from '../../../src/results/database/nightly-runs.ts';
import {recordRun} from '../../../src/results/database/record.ts';
import type {Database} from '../../../src/results/database/tables.ts';
import type {Outcome} from '../../../src/results/outcome.ts';
import {
  latestNightlyRuns,
  nightlyRunOf,
  nightlyRuns,
  resultsOf,
} from '../../../src/results/queries/nightly-runs.ts';
import {facts} from '../facts.ts';

endServer();

const about = (scenario: string): Omit<CaseOutcome, 'outcome' | 'run'> => {
  return {scenario, topology: 'nvme-switch', variant: 'plain', kernel: 'baseline', attempts: 1};
};

const begun = (nightlyRun: number): string => `2026-01-0${nightlyRun}T02:00:00.000Z`;

/** A nightly run of a suite with what came of each scenario. */
async function nightlyRun(
  db: Database,
  number: number,
  outcomes: Readonly<Record<string, Outcome>>,
  suite = 'nightly',
): Promise<number> {
  const head = {suite, begun: begun(number), host: 'host-1', planned: Object.keys(outcomes).length};
  const id = await openNightlyRun(db, head);
  const given: CaseOutcome[] = [];
  for (const [scenario, outcome] of Object.entries(outcomes)) {
    const run = facts({scenario, reason: `${scenario} is ${outcome}`});
    await recordRun(db, run, id);
    given.push({...about(scenario), outcome, run: run.name});
  }
  await endNightlyRun(db, id, given);
  return id;
}

onBoth(
  'a nightly run says what changed, since when, and what was the last nightly run before',
  async (t, {db}) => {
    await nightlyRun(db, 1, {a: 'pass', b: 'fail', c: 'pass', d: 'pass'});
    await nightlyRun(db, 2, {a: 'error', b: 'fail', c: 'pass', d: 'pass'});
    await nightlyRun(db, 1, {a: 'fail'}, 'another suite');
    const id = await nightlyRun(db, 3, {a: 'fail', b: 'pass', c: 'flaky', e: 'pass'});
    const told = (await resultsOf(db, id)).map(({scenario, outcome, change, since, before, run}) => {
      return [scenario, outcome, change, since, before, run?.reason ?? null];
    });
    t.deepEqual(told, [
      ['a', 'fail', 'broke', begun(3), begun(1), 'a is fail'],
      ['b', 'pass', 'fixed', begun(3), begun(2), 'b is pass'],
      ['c', 'flaky', null, null, null, 'c is flaky'],
      ['d', 'missing', 'missing', begun(3), begun(2), null],
      ['e', 'pass', 'new', begun(3), null, 'e is pass'],
    ]);
    const after = await nightlyRun(db, 4, {a: 'crash', b: 'pass', c: 'pass', d: 'pass'});
    t.deepEqual(
      (await resultsOf(db, after)).flatMap(({scenario, change, since}) =>
        change === null ? [] : [[scenario, change, since]],
      ),
      [
        ['a', 'still bad', begun(3)],
        ['e', 'missing', begun(4)],
      ],
    );
  },
);

onBoth('a nightly run ends once, whoever ends it again', async (t, {db}) => {
  const id = await nightlyRun(db, 1, {a: 'pass'});
  await endNightlyRun(db, id, [{...about('a'), outcome: 'fail', run: undefined}]);
  t.deepEqual(
    (await resultsOf(db, id)).map(({outcome}) => outcome),
    ['pass'],
  );
});

onBoth(
  'a nightly run that is gone on with is the same; one that is begun anew leaves the old one behind',
  async (t, {db}) => {
    const head = {suite: 'nightly', begun: begun(1), host: 'host-1', planned: 3};
    const first = await openNightlyRun(db, head);
    t.is(await openNightlyRun(db, head), first);
    const elsewhere = await openNightlyRun(db, {...head, begun: begun(2), host: 'host-2'});
    t.is((await nightlyRunOf(db, first))?.state, 'running', 'another host has its own');
    await openNightlyRun(db, {...head, begun: begun(3)});
    const states = (await nightlyRuns(db)).map(({state}) => state);
    t.deepEqual(states, ['running', 'running', 'abandoned']);
    await endNightlyRun(db, elsewhere, []);
    t.deepEqual(
      (await latestNightlyRuns(db)).map(({id}) => id),
      [elsewhere],
      'what did not end is never the newest',
    );
  },
);

onBoth('two labs of one host run the same suite side by side', async (t, {db}) => {
  const head = {suite: 'nightly', host: 'host-1', planned: 3};
  const first = await openNightlyRun(db, {...head, begun: begun(1), lab: 'lab-1'});
  const second = await openNightlyRun(db, {...head, begun: begun(2), lab: 'lab-2'});
  t.is((await nightlyRunOf(db, first))?.state, 'running', 'another lab has its own');
  // One that is begun anew leaves only its own lab's old one behind.
  await openNightlyRun(db, {...head, begun: begun(3), lab: 'lab-1'});
  t.is((await nightlyRunOf(db, first))?.state, 'abandoned');
  t.is((await nightlyRunOf(db, second))?.state, 'running');
  await t.throwsAsync(openNightlyRun(db, {...head, begun: begun(2), lab: 'lab-1'}), {
    message: /another lab has begun/,
  });
  t.is(await openNightlyRun(db, {...head, begun: begun(2), lab: 'lab-2'}), second);
  // What an older p2plab left behind was of this host's only lab.
  const old = await openNightlyRun(db, {...head, begun: begun(4)});
  await openNightlyRun(db, {...head, begun: begun(5), lab: 'lab-1'});
  t.is((await nightlyRunOf(db, old))?.state, 'abandoned');
});
