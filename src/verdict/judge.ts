// SPDX-License-Identifier: MIT
import type {Check} from './check.ts';

/** The five verdicts. `error` says nothing about the kernel. */
export type Verdict = 'pass' | 'fail' | 'crash' | 'error' | 'skip';

/** All that a run left behind, in the order in which it is believed. */
export interface Findings {
  /** Why the run cannot be done here at all. */
  readonly skip?: string | undefined;
  /** What the kernel did that no kernel may do: its own words. */
  readonly crash?: string | undefined;
  /** What is wrong with the lab, the host or the evidence. */
  readonly errors: readonly string[];
  readonly checks: readonly Check[];
}

export interface Judgement {
  readonly verdict: Verdict;
  /** One line: the cause. */
  readonly reason: string;
}

/**
 * The verdict of a run. A crash is told even if evidence is missing because of it; evidence that is missing
 * or does not add up is an error, never a pass; and a run in which the host saw nothing proves nothing.
 */
export function judge({skip, crash, errors, checks}: Findings): Judgement {
  if (skip !== undefined) return {verdict: 'skip', reason: skip};
  if (crash !== undefined) return {verdict: 'crash', reason: crash};
  if (errors[0] !== undefined) return {verdict: 'error', reason: errors[0]};
  const failed = checks.find(({ok}) => !ok);
  if (failed !== undefined) return {verdict: 'fail', reason: `${failed.name}: ${failed.detail}`};
  const proofs = checks.filter(({witness}) => witness === 'host');
  if (proofs[0] === undefined)
    return {verdict: 'error', reason: 'no step left evidence outside the guest: nothing is proven'};
  return {verdict: 'pass', reason: proofs[0].detail};
}
