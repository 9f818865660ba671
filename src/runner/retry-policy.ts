// SPDX-License-Identifier: MIT
// Everything that decides whether something is run again is in this file. How often is in the suite's file (`retries`).
import type {Outcome} from '../results/outcome.ts';
import type {Verdict} from '../base/verdict.ts';

/** How many workers may die over one attempt before the attempt ends as an error. */
export const lostWorkers = 5;

/** The result of one attempt at a run. */
export interface Attempt {
  readonly verdict: Verdict;
  /** The known issue that explains it. */
  readonly knownIssue?: string | undefined;
  /** Set if there was nothing to run: its kernel does not build, for example. */
  readonly unbegun?: string | undefined;
}

/**
 * Returns the outcome of a run after these attempts, or undefined if it has to be retried. A pass, a skip and a failure
 * that a known issue explains are final. So is a second result that differs from the first: the run is flaky, which more
 * attempts would only confirm.
 * @param retries how often a failure is retried; a kernel that does not build is not built again
 */
export function settle(attempts: readonly Attempt[], retries: number): Outcome | undefined {
  const [first] = attempts;
  if (first === undefined) return undefined;
  const outcomes = new Set(attempts.map(outcomeOf));
  if (outcomes.size > 1) return 'flaky';
  const outcome = outcomeOf(first);
  if (outcome === 'pass' || outcome === 'skip' || outcome === 'known') return outcome;
  const unbegun = attempts.some((attempt) => attempt.unbegun !== undefined);
  return unbegun || attempts.length > retries ? outcome : undefined;
}

function outcomeOf({verdict, knownIssue}: Attempt): Verdict | 'known' {
  return knownIssue === undefined ? verdict : 'known';
}
