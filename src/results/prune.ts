// SPDX-License-Identifier: MIT
import {rm} from 'node:fs/promises';
import path from 'node:path';
import type {Database} from './database/tables.ts';

/** A run that is no longer needed. */
export interface Prunable {
  readonly id: number;
  readonly name: string;
  readonly bundle: string | null;
}

/** What would go, and how much of that is old stays because something rests on it. */
export interface PrunePlan {
  readonly runs: readonly Prunable[];
  readonly kept: number;
}

/**
 * What may go of runs that were begun before a time. Kept are: for each case that is bad now, the runs of the nightly run
 * since which it is, of the last nightly run before, and of the newest; the newest result of every other case; the first and
 * the last run of each kind of failure; nightly runs that still run.
 * @param before ISO 8601, UTC
 */
export async function planPrune(db: Database, before: string): Promise<PrunePlan> {
  const old = await db
    .selectFrom('runs')
    .select(['id', 'name', 'bundle'])
    .where('begun', '<', before)
    .orderBy('id')
    .execute();
  const needed = await neededRuns(db);
  const runs = old.filter(({id}) => !needed.has(id));
  return {runs, kept: old.length - runs.length};
}

async function neededRuns(db: Database): Promise<ReadonlySet<number>> {
  const needed = new Set<number>();
  const evidence = await db
    .selectFrom('states')
    .innerJoin('results', 'results.case_id', 'states.case_id')
    .innerJoin('runs', (join) =>
      join
        .onRef('runs.case_id', '=', 'states.case_id')
        .onRef('runs.nightly_run_id', '=', 'results.nightly_run_id'),
    )
    .where((eb) =>
      eb.or([
        eb('results.nightly_run_id', '=', eb.ref('states.last_nightly_run')),
        eb.and([
          eb('states.standing', '=', 0),
          eb.or([
            eb('results.nightly_run_id', '=', eb.ref('states.since_nightly_run')),
            eb('results.nightly_run_id', '=', eb.ref('states.said_nightly_run')),
            eb('results.nightly_run_id', '=', eb.ref('states.before_nightly_run')),
          ]),
        ]),
      ]),
    )
    .select('runs.id')
    .execute();
  for (const {id} of evidence) needed.add(id);
  const kinds = await db
    .selectFrom('runs')
    .where('fingerprint', 'is not', null)
    .groupBy('fingerprint')
    .select((eb) => [eb.fn.min('id').as('first'), eb.fn.max('id').as('last')])
    .execute();
  for (const {first, last} of kinds) needed.add(first).add(last);
  const running = await db
    .selectFrom('runs')
    .innerJoin('nightly_runs', 'nightly_runs.id', 'runs.nightly_run_id')
    .where('nightly_runs.state', '=', 'running')
    .select('runs.id')
    .execute();
  for (const {id} of running) needed.add(id);
  return needed;
}

/** Removes what {@link planPrune} found: the bundle first, so that none is left that nobody knows of. */
export async function prune(
  db: Database,
  {runs}: PrunePlan,
  bundlesRoot: string,
  told: (done: number) => void,
): Promise<void> {
  for (const [index, {id, name, bundle}] of runs.entries()) {
    // Nothing but a folder of that name is ever removed, wherever the database says that it is.
    const folder = bundle ?? path.join(bundlesRoot, name);
    if (path.basename(folder) === name) await rm(folder, {recursive: true, force: true});
    await db.deleteFrom('runs').where('id', '=', id).execute();
    told(index + 1);
  }
}
