// SPDX-License-Identifier: MIT
import type {Transaction} from 'kysely';
import {HostError} from '../../base/errors.ts';
import {advance, type State} from '../changes.ts';
import type {Outcome} from '../outcome.ts';
import {type Case, caseId, insertAll} from './record.ts';
import type {Database, Tables} from './tables.ts';

/** A night that begins. */
export interface NightHead {
  readonly suite: string;
  /** ISO 8601, UTC; with the suite it names the night. */
  readonly begun: string;
  readonly host: string;
  /** The lab of that host that runs it, by its state folder: {@link labId}. */
  readonly lab?: string | undefined;
  /** How many runs it is to have. */
  readonly planned: number;
}

/** What came of a case in a night. */
export interface CaseOutcome extends Case {
  readonly outcome: Outcome;
  readonly attempts: number;
  /** The name of the run that was its last attempt. */
  readonly run: string | undefined;
}

/**
 * Begins a night, or goes on with it where it is known. One of the same suite and lab that is not ended never will be;
 * that of another lab of the same host, with a state folder of its own, may be running.
 * @returns its number
 * @throws {HostError} where another lab has begun one at the same moment
 */
export function openNight(db: Database, {suite, begun, host, lab, planned}: NightHead): Promise<number> {
  return db.transaction().execute(async (transaction) => {
    await transaction
      .updateTable('nights')
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
      .insertInto('nights')
      .values({suite, begun, ended: null, state: 'running', host, lab: lab ?? null, planned})
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst();
    if (made !== undefined) return made.id;
    const known = await transaction
      .selectFrom('nights')
      .select(['id', 'lab'])
      .where('suite', '=', suite)
      .where('begun', '=', begun)
      .executeTakeFirstOrThrow();
    if (known.lab !== null && lab !== undefined && known.lab !== lab)
      throw new HostError(`another lab has begun ${suite} at the same moment, ${begun}`, {
        hint: 'begin it again, with --fresh',
      });
    return known.id;
  });
}

/** Ends a night: says what has changed since the nights before, and how each case stands now. Once only. */
export function endNight(db: Database, night: number, outcomes: readonly CaseOutcome[]): Promise<void> {
  return db.transaction().execute(async (transaction) => {
    const ended = await transaction
      .updateTable('nights')
      .set({state: 'ended', ended: new Date().toISOString()})
      .where('id', '=', night)
      .where('state', '!=', 'ended')
      .returning('suite')
      .executeTakeFirst();
    if (ended === undefined) return;
    // Another night of the suite that ends at this moment waits: SQLite has one writer, PostgreSQL locks rows.
    await transaction
      .updateTable('nights')
      .set({suite: ended.suite})
      .where('suite', '=', ended.suite)
      .execute();
    await settleNight(transaction, night, ended.suite, outcomes);
  });
}

async function settleNight(
  db: Transaction<Tables>,
  night: number,
  suite: string,
  outcomes: readonly CaseOutcome[],
): Promise<void> {
  const states = await statesOf(db, suite);
  const last = Math.max(-1, ...[...states.values()].map((state) => state.last));
  const runs = await runNumbers(db, night);
  const results: Tables['results'][] = [];
  const tonight = new Map<number, State>();
  for (const {outcome, attempts, run, ...about} of outcomes) {
    const id = await caseId(db, about);
    const {state, changed} = advance(states.get(id), outcome, night, states.size === 0);
    tonight.set(id, state);
    results.push({
      night_id: night,
      case_id: id,
      outcome,
      attempts,
      run_id: (run === undefined ? undefined : runs.get(run)) ?? null,
      change: changed?.change ?? null,
      since_night: changed?.since ?? null,
      before_night: changed?.before ?? null,
    });
  }
  for (const [id, state] of states) {
    if (state.last !== last || tonight.has(id)) continue;
    results.push({
      night_id: night,
      case_id: id,
      outcome: 'missing',
      attempts: 0,
      run_id: null,
      change: 'missing',
      since_night: night,
      before_night: state.last,
    });
  }
  await insertAll(db, 'results', results);
  const rows = [...tonight].map(([id, {standing, since, said, before, last: lastNight}]) => ({
    suite,
    case_id: id,
    standing: standing ?? null,
    since_night: since ?? null,
    said_night: said ?? null,
    before_night: before ?? null,
    last_night: lastNight,
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
        .where('night_id', '=', night)
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
        since: row.since_night ?? undefined,
        said: row.said_night ?? undefined,
        before: row.before_night ?? undefined,
        last: row.last_night,
      },
    ]),
  );
}

async function runNumbers(db: Transaction<Tables>, night: number): Promise<ReadonlyMap<string, number>> {
  const rows = await db.selectFrom('runs').select(['name', 'id']).where('night_id', '=', night).execute();
  return new Map(rows.map(({name, id}) => [name, id]));
}

/** The names of the runs of a night that are recorded. */
export async function recordedIn(db: Database, night: number): Promise<ReadonlySet<string>> {
  const rows = await db.selectFrom('runs').select('name').where('night_id', '=', night).execute();
  return new Set(rows.map(({name}) => name));
}
