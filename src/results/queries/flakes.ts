// SPDX-License-Identifier: MIT
import type {Case} from '../database/record.ts';
import type {Database} from '../database/tables.ts';
import type {Outcome} from '../outcome.ts';

/** How many passes one after the other make a case that was flaky a sound one again. */
export const soundAfter = 15;

/** How often a case was flaky, within days before a time. */
export interface FlakeCounts {
  readonly day: number;
  readonly threeDays: number;
  readonly week: number;
  readonly month: number;
}

/** A case that went two ways in a nightly run, not long ago. */
export interface Flake extends Case, FlakeCounts {
  readonly caseId: number;
  /** Nightly runs of the last month that say anything of it. */
  readonly nightlyRuns: number;
  /** How many nightly runs it has passed since, one after the other. */
  readonly passes: number;
  readonly last: string;
  readonly run: number | null;
}

/** A result of a case in a nightly run that began at a time. */
export interface Timed {
  readonly begun: string;
  readonly outcome: Outcome | 'missing';
}

const days = {day: 1, threeDays: 3, week: 7, month: 31} as const;

const before = (now: Date, count: number): string =>
  new Date(now.getTime() - count * 24 * 3600 * 1000).toISOString();

/** Counts flakes of one case, up to `now`. */
export function countFlakes(results: readonly Timed[], now: Date): FlakeCounts {
  const since = (count: number): number =>
    results.filter(({begun, outcome}) => outcome === 'flaky' && begun >= before(now, count)).length;
  return {
    day: since(days.day),
    threeDays: since(days.threeDays),
    week: since(days.week),
    month: since(days.month),
  };
}

/** How many of the newest results are passes, up to the first that is not; what says nothing is passed over. */
export function straightPasses(newestFirst: readonly Timed[]): number {
  const telling = newestFirst.filter(({outcome}) => !['skip', 'error', 'missing'].includes(outcome));
  const other = telling.findIndex(({outcome}) => outcome !== 'pass');
  return other === -1 ? telling.length : other;
}

/** The cases that were flaky within a month, those that were so most lately first. */
export async function flakes(db: Database, now = new Date()): Promise<readonly Flake[]> {
  const start = before(now, days.month);
  const flaky = db
    .selectFrom('results')
    .innerJoin('nightly_runs', 'nightly_runs.id', 'results.nightly_run_id')
    .where('results.outcome', '=', 'flaky')
    .where('nightly_runs.begun', '>=', start)
    .select('results.case_id');
  const rows = await db
    .selectFrom('results')
    .innerJoin('nightly_runs', 'nightly_runs.id', 'results.nightly_run_id')
    .innerJoin('cases', 'cases.id', 'results.case_id')
    .where('nightly_runs.begun', '>=', start)
    .where('results.case_id', 'in', flaky)
    .select([
      'results.case_id as caseId',
      'cases.scenario',
      'cases.topology',
      'cases.variant',
      'cases.kernel',
    ])
    .select(['nightly_runs.begun', 'results.outcome', 'results.run_id as run'])
    .orderBy('nightly_runs.begun', 'desc')
    .execute();
  const found = Map.groupBy(rows, ({caseId}) => caseId);
  return [...found.values()]
    .flatMap((own): readonly Flake[] => {
      const last = own.find(({outcome}) => outcome === 'flaky');
      if (last === undefined) return [];
      const {caseId, scenario, topology, variant, kernel, begun, run} = last;
      return [
        {
          ...{caseId, scenario, topology, variant, kernel, run, last: begun},
          ...countFlakes(own, now),
          nightlyRuns: own.filter(({outcome}) => outcome !== 'missing').length,
          passes: straightPasses(own),
        },
      ];
    })
    .toSorted((a, b) => (a.last < b.last ? 1 : -1));
}
