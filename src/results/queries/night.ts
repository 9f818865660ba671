// SPDX-License-Identifier: MIT
import type {Verdict} from '../../base/verdict.ts';
import type {Change} from '../changes.ts';
import type {Case} from '../database/record.ts';
import type {Database, Tables} from '../database/tables.ts';
import type {Outcome} from '../outcome.ts';

/** A night without its results. */
export interface NightSummary {
  readonly id: number;
  readonly suite: string;
  readonly begun: string;
  readonly ended: string | null;
  readonly state: Tables['nights']['state'];
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

/** What came of a case in a night. */
export interface NightResult extends Case {
  readonly caseId: number;
  readonly outcome: Outcome | 'missing';
  readonly attempts: number;
  readonly change: Change | null;
  /** When the night began since which it is so, where that is told. */
  readonly since: string | null;
  /** When the night began in which it was otherwise for the last time. */
  readonly before: string | null;
  /** Not there once its evidence was pruned. */
  readonly run: RunHead | null;
}

export interface Night extends NightSummary {
  readonly results: readonly NightResult[];
}

/** Nights, each with how many runs it has. */
function heads(db: Database) {
  return db
    .selectFrom('nights')
    .selectAll()
    .select((eb) =>
      eb
        .selectFrom('runs')
        .whereRef('runs.night_id', '=', 'nights.id')
        .select((count) => count.fn.countAll<number>().as('count'))
        .as('runs'),
    );
}

/** The nights of a suite, or of all, the newest first. */
export async function nights(
  db: Database,
  {
    suite,
    most = 100,
    ended = false,
    state = ended ? 'ended' : undefined,
  }: {
    readonly suite?: string | undefined;
    most?: number;
    ended?: boolean;
    state?: NightSummary['state'] | undefined;
  } = {},
): Promise<readonly NightSummary[]> {
  let query = heads(db).orderBy('begun', 'desc').limit(most);
  if (suite !== undefined) query = query.where('suite', '=', suite);
  if (state !== undefined) query = query.where('state', '=', state);
  return (await query.execute()).map((row) => ({...row, runs: row.runs ?? 0}));
}

/** The suites that have had a night that ended, each with the newest. */
export async function latestNights(db: Database): Promise<readonly NightSummary[]> {
  const suites = await db.selectFrom('nights').select('suite').distinct().orderBy('suite').execute();
  const found = await Promise.all(suites.map(({suite}) => nights(db, {suite, most: 1, ended: true})));
  return found.flat().toSorted((a, b) => (a.begun < b.begun ? 1 : -1));
}

/** A night with its results; undefined if there is none of that number. */
export async function nightOf(db: Database, id: number): Promise<Night | undefined> {
  const head = await heads(db).where('id', '=', id).executeTakeFirst();
  if (head === undefined) return undefined;
  return {...head, runs: head.runs ?? 0, results: await resultsOf(db, id)};
}

/** What came of each case in a night, by scenario and kernel. */
export async function resultsOf(db: Database, night: number): Promise<readonly NightResult[]> {
  const rows = await db
    .selectFrom('results')
    .innerJoin('cases', 'cases.id', 'results.case_id')
    .leftJoin('nights as since', 'since.id', 'results.since_night')
    .leftJoin('nights as before', 'before.id', 'results.before_night')
    .leftJoin('runs', 'runs.id', 'results.run_id')
    .where('results.night_id', '=', night)
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
