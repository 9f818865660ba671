// SPDX-License-Identifier: MIT
import type {Outcome} from '../../src/results/outcome.ts';

/** A nightly run of a suite that came to its end: when it began, and what came of each run. */
export interface NightlyRun {
  readonly begun: string;
  readonly outcomes: ReadonlyMap<string, Outcome>;
}

/** What is different about a run since earlier nightly runs. */
export type Change = 'broke' | 'fixed' | 'still bad' | 'new' | 'missing';

export interface Changed {
  readonly run: string;
  readonly change: Change;
  /** When the nightly run began that was the first of those in which it is as it is now. */
  readonly since: string;
  /** When the nightly run began in which it was otherwise for the last time, if there was one. */
  readonly before?: string;
}

/** How good an outcome is, the worst first; what is not in it says nothing. */
const scale: readonly (readonly Outcome[])[] = [['fail', 'crash'], ['known'], ['pass']];

function placeOf(outcome: Outcome | undefined): number | undefined {
  const place = scale.findIndex((same) => outcome !== undefined && same.includes(outcome));
  return place === -1 ? undefined : place;
}

/**
 * What has changed in a nightly run, by earlier nightly runs: a nightly run that says nothing of a run is passed over, so that
 * a lab that failed breaks and mends nothing. What fails by a known issue as ever is no change.
 * @param nightlyRuns the newest first
 */
export function changesIn(nightlyRuns: readonly NightlyRun[]): readonly Changed[] {
  const [latest, ...earlier] = nightlyRuns;
  if (latest === undefined) return [];
  const ids = new Set([...latest.outcomes.keys(), ...(earlier[0]?.outcomes.keys() ?? [])]);
  return [...ids].flatMap((run): readonly Changed[] => {
    const outcome = latest.outcomes.get(run);
    const last = earlier[0];
    if (outcome === undefined) {
      return last === undefined ? [] : [{run, change: 'missing', since: latest.begun, before: last.begun}];
    }
    const place = placeOf(outcome);
    if (place === undefined) return [];
    const said = earlier.filter((nightlyRun) => placeOf(nightlyRun.outcomes.get(run)) !== undefined);
    if (said.length === 0) {
      const isNew = last !== undefined && !earlier.some(({outcomes}) => outcomes.has(run));
      return isNew ? [{run, change: 'new', since: latest.begun}] : [];
    }
    const other = said.findIndex((nightlyRun) => placeOf(nightlyRun.outcomes.get(run)) !== place);
    const since =
      (other === -1 ? said.at(-1) : other === 0 ? latest : said[other - 1])?.begun ?? latest.begun;
    const before = said[other]?.begun;
    const rest = {run, since, ...(before !== undefined && {before})};
    if (other === 0) {
      const better = place > (placeOf(said[0]?.outcomes.get(run)) ?? 0);
      return [{...rest, change: better ? 'fixed' : 'broke'}];
    }
    return place > 0 ? [] : [{...rest, change: 'still bad'}];
  });
}
