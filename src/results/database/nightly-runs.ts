// SPDX-License-Identifier: MIT
import type {Transaction} from 'kysely';
import {HostError} from '../../base/errors.ts';
import {advance, type State} from '../changes.ts';
import type {Outcome} from '../outcome.ts';
import {type Case, caseId, insertAll} from './record.ts';
import type {Database, Tables} from './tables.ts';

/** A nightly run that begins. */
export interface NightlyRunHead {
  readonly suite: string;
  /** ISO 8601, UTC; with the suite it names the nightly run. */
  readonly begun: string;
  readonly host: string;
  /** The lab of that host that runs it, by its state folder: {@link labId}. */
  readonly lab?: string | undefined;
  /** How many runs it is to have. */
  readonly planned: number;
}

/** What came of a case in a nightly run. */
export interface CaseOutcome extends Case {
  readonly outcome: Outcome;
  readonly attempts: number;
  /** The name of the run that was its last attempt. */
  readonly run: string | undefined;
}

/**
 * Begins a nightly run, or goes on with it where it is known. One of the same suite and lab that is not ended never will be;
 * that of another lab of the same host, with a state folder of its own, may be running.
 * @returns its number
 * @throws {HostError} where another lab has begun one at the same moment
 */
export function openNightlyRun(
  db: Database,
  {suite, begun, host, lab, planned}: NightlyRunHead,
): Promise<number> {
  return db.transaction().execute(async (transaction) => {
    await transaction
      .updateTable('nightly_runs')
      .set({state: 'abandoned'})
      .where('suite', '=', suite)
      .where((eb) => {
        const older = eb.and([eb('lab', 'is', null), eb('host', '=', host)]);
        return lab === undefined ? older : eb.or([older, eb('lab', '=', lab)]);
      })
      .where('state', '=', 'running')
      .where('begun', '!=', begun)
      .execute();
    const made = await transaction
      .insertInto('nightly_runs')
      .values({suite, begun, ended: null, state: 'running', host, lab: lab ?? null, planned})
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst();
    if (made !== undefined) return made.id;
    const known = await transaction
      .selectFrom('nightly_runs')
      .select(['id', 'lab'])
      .where('suite', '=', suite)
      .where('begun', '=', begun)
      .executeTakeFirstOrThrow();
    if (known.lab !== null && lab !== undefined && known.lab !== lab)
      throw new HostError(`another lab has begun ${suite} at the same moment, ${begun}`, {
        hint: 'begin it again, with --no-resume',
      });
    return known.id;
  });
}

/** Ends a nightly run: says what has changed since earlier nightly runs, and how each case stands now. Once only. */
export function endNightlyRun(
  db: Database,
  nightlyRun: number,
  outcomes: readonly CaseOutcome[],
): Promise<void> {
  return db.transaction().execute(async (transaction) => {
    const ended = await transaction
      .updateTable('nightly_runs')
      .set({state: 'ended', ended: new Date().toISOString()})
      .where('id', '=', nightlyRun)
      .where('state', '!=', 'ended')
      .returning('suite')
      .executeTakeFirst();
    if (ended === undefined) return;
    // Another nightly run of the suite that ends at this moment waits: SQLite has one writer, PostgreSQL locks rows.
    await transaction
      .updateTable('nightly_runs')
      .set({suite: ended.suite})
      .where('suite', '=', ended.suite)
      .execute();
    await settleNightlyRun(transaction, nightlyRun, ended.suite, outcomes);
  });
}

async function settleNightlyRun(
  db: Transaction<Tables>,
  nightlyRun: number,
  suite: string,
  outcomes: readonly CaseOutcome[],
): Promise<void> {
  const states = await statesOf(db, suite);
  const last = Math.max(-1, ...[...states.values()].map((state) => state.last));
  const runs = await runNumbers(db, nightlyRun);
  const results: Tables['results'][] = [];
  const latest = new Map<number, State>();
  for (const {outcome, attempts, run, ...about} of outcomes) {
    const id = await caseId(db, about);
    const {state, changed} = advance(states.get(id), outcome, nightlyRun, states.size === 0);
    latest.set(id, state);
    results.push({
      nightly_run_id: nightlyRun,
      case_id: id,
      outcome,
      attempts,
      run_id: (run === undefined ? undefined : runs.get(run)) ?? null,
      change: changed?.change ?? null,
      since_nightly_run: changed?.since ?? null,
      before_nightly_run: changed?.before ?? null,
    });
  }
  for (const [id, state] of states) {
    if (state.last !== last || latest.has(id)) continue;
    results.push({
      nightly_run_id: nightlyRun,
      case_id: id,
      outcome: 'missing',
      attempts: 0,
      run_id: null,
      change: 'missing',
      since_nightly_run: nightlyRun,
      before_nightly_run: state.last,
    });
  }
  await insertAll(db, 'results', results);
  const rows = [...latest].map(([id, {standing, since, said, before, last: lastNightlyRun}]) => ({
    suite,
    case_id: id,
    standing: standing ?? null,
    since_nightly_run: since ?? null,
    said_nightly_run: said ?? null,
    before_nightly_run: before ?? null,
    last_nightly_run: lastNightlyRun,
  }));
  await db
    .deleteFrom('states')
    .where('suite', '=', suite)
    .where(
      'case_id',
      'in',
      // A list may be longer than a statement has room for.
      db
        .selectFrom('results')
        .select('case_id')
        .where('nightly_run_id', '=', nightlyRun)
        .where('outcome', '!=', 'missing'),
    )
    .execute();
  await insertAll(db, 'states', rows);
}

async function statesOf(db: Transaction<Tables>, suite: string): Promise<ReadonlyMap<number, State>> {
  const rows = await db.selectFrom('states').selectAll().where('suite', '=', suite).execute();
  return new Map(
    rows.map((row) => [
      row.case_id,
      {
        standing: row.standing ?? undefined,
        since: row.since_nightly_run ?? undefined,
        said: row.said_nightly_run ?? undefined,
        before: row.before_nightly_run ?? undefined,
        last: row.last_nightly_run,
      },
    ]),
  );
}

async function runNumbers(db: Transaction<Tables>, nightlyRun: number): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .selectFrom('runs')
    .select(['name', 'id'])
    .where('nightly_run_id', '=', nightlyRun)
    .execute();
  return new Map(rows.map(({name, id}) => [name, id]));
}

/** The names of the runs of a nightly run that are recorded. */
export async function recordedIn(db: Database, nightlyRun: number): Promise<ReadonlySet<string>> {
  const rows = await db.selectFrom('runs').select('name').where('nightly_run_id', '=', nightlyRun).execute();
  return new Set(rows.map(({name}) => name));
}
