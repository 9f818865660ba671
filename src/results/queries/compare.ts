// SPDX-License-Identifier: MIT
import {UsageError} from '../../base/errors.ts';
import {meantBy} from '../../spec/identity.ts';
import {isGood} from '../changes.ts';
import type {Database} from '../database/tables.ts';
import {type MeasuredChange, measuredChanges} from '../measured-change.ts';
import {type Counted, mapCostsIn} from './map-cost-changes.ts';
import {type NightlyRunResult, resultsOf} from './nightly-runs.ts';

/** How two kernels differ in a case: by what is known of both, never by what is known of one. */
export type Difference =
  | 'only the second fails'
  | 'only the first fails'
  | 'both fail'
  | 'the second costs more'
  | 'the second costs less'
  | 'both pass'
  | 'inconclusive'
  | 'not in both';

/** One scenario on one topology in one variant, on both. */
export interface Pair {
  readonly scenario: string;
  readonly topology: string;
  readonly variant: string;
  readonly difference: Difference;
  readonly first: NightlyRunResult | null;
  readonly second: NightlyRunResult | null;
  /** What both counted, and one of them more than the other. */
  readonly measurements: readonly MeasuredChange[];
}

/** Pairs two kernels of a nightly run, on everything but the kernel. */
export async function compareKernels(
  db: Database,
  nightlyRun: number,
  first: string,
  second: string,
): Promise<readonly Pair[]> {
  const results = await resultsOf(db, nightlyRun);
  const known = [...new Set(results.map(({kernel}) => kernel))];
  const one = (word: string): string => {
    const meant = meantBy(word, known);
    if (meant.length > 1)
      throw new UsageError(`${word} is ${meant.length} kernels`, {hint: `write ${meant.join(' or ')}`});
    return meant[0] ?? word;
  };
  return pair(results, one(first), one(second), await mapCostsIn(db, nightlyRun));
}

/**
 * The pairs of two kernels' results: first paired, then told apart.
 * @param counted what runs counted, by their number
 */
export function pair(
  results: readonly NightlyRunResult[],
  first: string,
  second: string,
  counted: Counted,
): readonly Pair[] {
  const pairs = new Map<string, {first: NightlyRunResult | null; second: NightlyRunResult | null}>();
  for (const result of results) {
    const side = result.kernel === first ? 'first' : result.kernel === second ? 'second' : undefined;
    if (side === undefined) continue;
    const key = JSON.stringify([result.scenario, result.topology, result.variant]);
    pairs.set(key, {...(pairs.get(key) ?? {first: null, second: null}), [side]: result});
  }
  return [...pairs.values()].flatMap((both) => {
    const any = both.first ?? both.second;
    if (any === null) return [];
    const {scenario, topology, variant} = any;
    const difference = differenceOf(both.first, both.second);
    if (difference !== 'both pass')
      return [{scenario, topology, variant, difference, ...both, measurements: []}];
    const [before, after] = [both.first, both.second].map((side) => counted.get(side?.run?.id ?? -1) ?? []);
    const measurements = measuredChanges(before ?? [], after ?? []);
    return [{scenario, topology, variant, difference: byCost(measurements), ...both, measurements}];
  });
}

function byCost(changes: readonly MeasuredChange[]): Difference {
  if (changes.length === 0) return 'both pass';
  return changes.some(({before, after}) => after > before)
    ? 'the second costs more'
    : 'the second costs less';
}

function differenceOf(first: NightlyRunResult | null, second: NightlyRunResult | null): Difference {
  if (first === null || second === null) return 'not in both';
  if (first.outcome === 'missing' || second.outcome === 'missing') return 'not in both';
  const [a, b] = [isGood(first.outcome), isGood(second.outcome)];
  if (a === undefined || b === undefined) return 'inconclusive';
  if (a === b) return a ? 'both pass' : 'both fail';
  return a ? 'only the second fails' : 'only the first fails';
}
