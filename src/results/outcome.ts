// SPDX-License-Identifier: MIT
import type {Verdict} from '../base/verdict.ts';

/** What came of one attempt at a run. */
export interface Attempt {
  readonly verdict: Verdict;
  /** The feature whose absence explains it. */
  readonly knownIssue?: string | undefined;
}

/**
 * What a run is told as once it is settled: a verdict; `known` for a failure that a missing feature explains;
 * `flaky` for one that went another way when it was run again.
 */
export type Outcome = Verdict | 'known' | 'flaky';

/**
 * What came of a run by its attempts so far.
 * @param retries how often what went wrong is run again
 * @returns undefined if it is to be run again
 */
export function settle(attempts: readonly Attempt[], retries: number): Outcome | undefined {
  const [first] = attempts;
  if (first === undefined) return undefined;
  const outcomes = new Set(attempts.map(outcomeOf));
  // Where it goes two ways, more attempts would say nothing else.
  if (outcomes.size > 1) return 'flaky';
  const outcome = outcomeOf(first);
  if (outcome === 'pass' || outcome === 'skip' || outcome === 'known') return outcome;
  return attempts.length > retries ? outcome : undefined;
}

function outcomeOf({verdict, knownIssue}: Attempt): Verdict | 'known' {
  return knownIssue === undefined ? verdict : 'known';
}
