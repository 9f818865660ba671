// SPDX-License-Identifier: MIT
import type {Case} from '../database/record.ts';
import type {Database} from '../database/tables.ts';
import type {Change} from '../changes.ts';
import type {Outcome} from '../outcome.ts';
import {listRuns, type ListedRun} from './list.ts';

/** What came of a case in one nightly run. */
export interface PastResult {
  readonly nightlyRun: number;
  readonly suite: string;
  readonly begun: string;
  readonly outcome: Outcome | 'missing';
  readonly attempts: number;
  readonly change: Change | null;
  readonly run: number | null;
  readonly reason: string | null;
  readonly duration: number | null;
}

/** A case with its nightly runs and its newest runs, both the newest first. */
export interface History extends Case {
  readonly caseId: number;
  readonly nightlyRuns: readonly PastResult[];
  readonly runs: readonly ListedRun[];
}

/** The history of a case; undefined if there is none of that number. */
export async function historyOf(db: Database, caseId: number, limit = 200): Promise<History | undefined> {
  const found = await db.selectFrom('cases').selectAll().where('id', '=', caseId).executeTakeFirst();
  if (found === undefined) return undefined;
  const nightlyRuns = await db
    .selectFrom('results')
    .innerJoin('nightly_runs', 'nightly_runs.id', 'results.nightly_run_id')
    .leftJoin('runs', 'runs.id', 'results.run_id')
    .where('results.case_id', '=', caseId)
    .select([
      'nightly_runs.id as nightlyRun',
      'nightly_runs.suite',
      'nightly_runs.begun',
      'results.outcome',
      'results.attempts',
    ])
    .select(['results.change', 'results.run_id as run', 'runs.reason', 'runs.duration'])
    .orderBy('results.nightly_run_id', 'desc')
    .limit(limit)
    .execute();
  const {id: _id, ...about} = found;
  return {...about, caseId, nightlyRuns, runs: await listRuns(db, {caseId, limit: 50})};
}
