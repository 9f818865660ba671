// SPDX-License-Identifier: MIT
import type {Verdict} from '../../base/verdict.ts';
import type {Change} from '../changes.ts';
import type {Case} from '../database/record-run.ts';
import type {Database, Tables} from '../database/tables.ts';
import type {Outcome} from '../outcome.ts';

/** A nightly run without its results. */
export interface NightlyRunSummary {
  readonly id: number;
  readonly suite: string;
  readonly begun: string;
  readonly ended: string | null;
  readonly state: Tables['nightly_runs']['state'];
  readonly host: string;
  readonly planned: number;
  /** Runs that are recorded, attempts among them. */
  readonly runs: number;
}

/** The run that a result rests on. */
export interface RunHead {
  readonly id: number;
  readonly name: string;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly knownIssue: string | null;
  readonly fingerprint: string | null;
  /** Milliseconds. */
  readonly duration: number;
  readonly bundle: string | null;
}

/** What came of a case in a nightly run. */
export interface NightlyRunResult extends Case {
  readonly caseId: number;
  readonly outcome: Outcome | 'missing';
  readonly attempts: number;
  readonly change: Change | null;
  /** When the nightly run began that first had this outcome, if known. */
  readonly since: string | null;
  /** When the nightly run began in which it was otherwise for the last time. */
  readonly before: string | null;
  /** Not there once its evidence was pruned. */
  readonly run: RunHead | null;
}

export interface NightlyRun extends NightlyRunSummary {
  readonly results: readonly NightlyRunResult[];
}

/** Nightly runs, each with how many runs it has. */
function heads(db: Database) {
  return db
    .selectFrom('nightly_runs')
    .selectAll()
    .select((eb) =>
      eb
        .selectFrom('runs')
        .whereRef('runs.nightly_run_id', '=', 'nightly_runs.id')
        .select((count) => count.fn.countAll<number>().as('count'))
        .as('runs'),
    );
}

/** The nightly runs of a suite, or of all, the newest first. */
export async function nightlyRuns(
  db: Database,
  {
    suite,
    limit = 100,
    ended = false,
    state = ended ? 'ended' : undefined,
  }: {
    readonly suite?: string | undefined;
    limit?: number;
    ended?: boolean;
    state?: NightlyRunSummary['state'] | undefined;
  } = {},
): Promise<readonly NightlyRunSummary[]> {
  let query = heads(db).orderBy('begun', 'desc').limit(limit);
  if (suite !== undefined) query = query.where('suite', '=', suite);
  if (state !== undefined) query = query.where('state', '=', state);
  return (await query.execute()).map((row) => ({...row, runs: row.runs ?? 0}));
}

/** The suites that have had a nightly run that ended, each with the newest. */
export async function latestNightlyRuns(db: Database): Promise<readonly NightlyRunSummary[]> {
  const suites = await db.selectFrom('nightly_runs').select('suite').distinct().orderBy('suite').execute();
  const found = await Promise.all(suites.map(({suite}) => nightlyRuns(db, {suite, limit: 1, ended: true})));
  return found.flat().toSorted((a, b) => (a.begun < b.begun ? 1 : -1));
}

/** A nightly run with its results; undefined if there is none of that number. */
export async function nightlyRunOf(db: Database, id: number): Promise<NightlyRun | undefined> {
  const head = await heads(db).where('id', '=', id).executeTakeFirst();
  if (head === undefined) return undefined;
  return {...head, runs: head.runs ?? 0, results: await resultsOf(db, id)};
}

/** What came of each case in a nightly run, by scenario and kernel. */
export async function resultsOf(db: Database, nightlyRun: number): Promise<readonly NightlyRunResult[]> {
  const rows = await db
    .selectFrom('results')
    .innerJoin('cases', 'cases.id', 'results.case_id')
    .leftJoin('nightly_runs as since', 'since.id', 'results.since_nightly_run')
    .leftJoin('nightly_runs as before', 'before.id', 'results.before_nightly_run')
    .leftJoin('runs', 'runs.id', 'results.run_id')
    .where('results.nightly_run_id', '=', nightlyRun)
    .select([
      'results.case_id as caseId',
      'cases.scenario',
      'cases.topology',
      'cases.variant',
      'cases.kernel',
      'results.outcome',
      'results.attempts',
      'results.change',
      'since.begun as since',
      'before.begun as before',
      'runs.id as runId',
      'runs.name',
      'runs.verdict',
      'runs.reason',
      'runs.known_issue as knownIssue',
      'runs.fingerprint',
      'runs.duration',
      'runs.bundle',
    ])
    .orderBy('cases.scenario')
    .orderBy('cases.variant')
    .orderBy('cases.id')
    .execute();
  return rows.map(({runId, name, verdict, reason, knownIssue, fingerprint, duration, bundle, ...result}) => ({
    ...result,
    run:
      runId === null || name === null || verdict === null
        ? null
        : {
            ...{id: runId, name, verdict, reason: reason ?? '', knownIssue, fingerprint},
            ...{duration: duration ?? 0, bundle},
          },
  }));
}
