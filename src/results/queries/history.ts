// SPDX-License-Identifier: MIT
import type {Case} from '../database/record.ts';
import type {Database} from '../database/tables.ts';
import type {Change} from '../changes.ts';
import type {Outcome} from '../outcome.ts';
import {listRuns, type ListedRun} from './list.ts';

/** What came of a case in one night. */
export interface PastResult {
  readonly night: number;
  readonly suite: string;
  readonly begun: string;
  readonly outcome: Outcome | 'missing';
  readonly attempts: number;
  readonly change: Change | null;
  readonly run: number | null;
  readonly reason: string | null;
  readonly duration: number | null;
}

/** A case with its nights and its newest runs, both the newest first. */
export interface History extends Case {
  readonly caseId: number;
  readonly nights: readonly PastResult[];
  readonly runs: readonly ListedRun[];
}

/** The history of a case; undefined if there is none of that number. */
export async function historyOf(db: Database, caseId: number, most = 200): Promise<History | undefined> {
  const found = await db.selectFrom('cases').selectAll().where('id', '=', caseId).executeTakeFirst();
  if (found === undefined) return undefined;
  const nights = await db
    .selectFrom('results')
    .innerJoin('nights', 'nights.id', 'results.night_id')
    .leftJoin('runs', 'runs.id', 'results.run_id')
    .where('results.case_id', '=', caseId)
    .select(['nights.id as night', 'nights.suite', 'nights.begun', 'results.outcome', 'results.attempts'])
    .select(['results.change', 'results.run_id as run', 'runs.reason', 'runs.duration'])
    .orderBy('results.night_id', 'desc')
    .limit(most)
    .execute();
  const {id: _id, ...about} = found;
  return {...about, caseId, nights, runs: await listRuns(db, {caseId, most: 50})};
}
