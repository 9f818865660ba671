// SPDX-License-Identifier: MIT
import {meantBy} from '../../spec/identity.ts';
import type {Case} from '../database/record.ts';
import type {Database} from '../database/tables.ts';
import type {Verdict} from '../../base/verdict.ts';
import type {RunHead} from './nightly-runs.ts';

/** Which runs are wanted; all that is given must hold. */
export interface RunFilter extends Partial<Case> {
  readonly verdict?: Verdict | undefined;
  readonly suite?: string | undefined;
  readonly nightlyRun?: number | undefined;
  readonly fingerprint?: string | undefined;
  /** Of this case. */
  readonly caseId?: number | undefined;
  /** Begun at this time or later. */
  readonly since?: string | undefined;
  /** Recorded after that of this number. */
  readonly after?: number | undefined;
  readonly limit?: number | undefined;
}

export interface ListedRun extends RunHead, Case {
  readonly caseId: number;
  readonly begun: string;
  readonly nightlyRun: number | null;
}

/** Runs, the newest first. */
export async function listRuns(db: Database, filter: RunFilter = {}): Promise<readonly ListedRun[]> {
  const {verdict, suite, nightlyRun, fingerprint, caseId, since, after, limit = 50} = filter;
  let query = db
    .selectFrom('runs')
    .innerJoin('cases', 'cases.id', 'runs.case_id')
    .select([
      'runs.id',
      'runs.name',
      'runs.begun',
      'runs.verdict',
      'runs.reason',
      'runs.known_issue as knownIssue',
    ])
    .select(['runs.fingerprint', 'runs.duration', 'runs.bundle', 'runs.nightly_run_id as nightlyRun'])
    .select(['cases.id as caseId', 'cases.scenario', 'cases.topology', 'cases.variant', 'cases.kernel'])
    .orderBy('runs.id', 'desc')
    .limit(limit);
  for (const name of ['scenario', 'topology', 'variant', 'kernel'] as const) {
    const wanted = filter[name];
    if (wanted === undefined) continue;
    const known = await db.selectFrom('cases').select(name).distinct().execute();
    const meant = meantBy(
      wanted,
      known.map((row) => row[name]),
    );
    query = query.where(`cases.${name}`, 'in', meant.length === 0 ? [wanted] : [...meant]);
  }
  if (verdict !== undefined) query = query.where('runs.verdict', '=', verdict);
  if (nightlyRun !== undefined) query = query.where('runs.nightly_run_id', '=', nightlyRun);
  if (fingerprint !== undefined) query = query.where('runs.fingerprint', '=', fingerprint);
  if (caseId !== undefined) query = query.where('runs.case_id', '=', caseId);
  if (since !== undefined) query = query.where('runs.begun', '>=', since);
  if (after !== undefined) query = query.where('runs.id', '>', after);
  if (suite !== undefined) {
    query = query.where('runs.nightly_run_id', 'in', (eb) =>
      eb.selectFrom('nightly_runs').select('nightly_runs.id').where('nightly_runs.suite', '=', suite),
    );
  }
  return query.execute();
}
