// SPDX-License-Identifier: MIT
import {bounded, oneLine} from '../base/escape.ts';
import type {Verdict} from '../base/verdict.ts';
import type {Feature} from '../spec/features.ts';
import type {Check} from './check.ts';

/** All that a step or a run left behind, in the order in which it is believed. */
export interface Findings {
  /** Why it cannot be done here at all. */
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
  /** The feature whose absence explains the failure: it was known to come, and is one all the same. */
  readonly knownIssue?: Feature;
}

/**
 * The verdict of what moved data. A crash is told even if evidence is missing because of it; evidence that
 * is missing or does not add up is an error, never a pass; and where the host saw nothing, nothing is proven.
 */
export function judge({skip, crash, errors, checks}: Findings): Judgement {
  const trouble = judgeTrouble({skip, crash, errors, checks});
  if (trouble !== undefined) return trouble;
  const proof = checks.find(({witness}) => witness === 'host');
  return proof === undefined ? unproven : {verdict: 'pass', reason: reasonOf(proof.detail)};
}

/** A reason is one line that can be shown anywhere, whatever of a guest or of a name is in it. */
function reasonOf(text: string): string {
  return oneLine(bounded(text));
}

/** The verdict of a step that moves no data: it has nothing to prove. */
export function judgeCommand(findings: Findings): Judgement {
  const reason = findings.checks[0]?.detail ?? 'There was nothing to be checked.';
  return judgeTrouble(findings) ?? {verdict: 'pass', reason: reasonOf(reason)};
}

const unproven: Judgement = {
  verdict: 'error',
  reason: 'no step left evidence outside the guest: nothing is proven',
};

function judgeTrouble({skip, crash, errors, checks}: Findings): Judgement | undefined {
  if (skip !== undefined) return {verdict: 'skip', reason: reasonOf(skip)};
  if (crash !== undefined) return {verdict: 'crash', reason: reasonOf(crash)};
  if (errors[0] !== undefined) return {verdict: 'error', reason: reasonOf(errors[0])};
  const failed = checks.find(({ok}) => !ok);
  return failed && {verdict: 'fail', reason: reasonOf(`${failed.name}: ${failed.detail}`)};
}

/** A step as the run's verdict sees it. */
export interface JudgedStep extends Judgement {
  readonly title: string;
  readonly checks: readonly Check[];
}

/** What decides beside the steps: found out about the whole run. */
export type RunFindings = Omit<Findings, 'checks'>;

/** Of steps that are judged by themselves, what the kernel did wrong is worse than what was not found out. */
const worstFirst = ['crash', 'fail', 'error'] as const;

/**
 * The verdict of a run: that of its worst step, with the cause. A run passes if one step at least is proven
 * and none is wrong, and is a known issue only if known issues explain all that is wrong in it.
 * @param continueOnFailure whether the steps were judged each by itself: then the cause names the step
 */
export function judgeRun(
  {skip, crash, errors}: RunFindings,
  steps: readonly JudgedStep[],
  continueOnFailure: boolean,
): Judgement {
  const trouble = judgeTrouble({skip, crash, errors, checks: []});
  if (trouble !== undefined) return trouble;
  const wrong = steps.filter(({verdict}) => verdict !== 'pass' && verdict !== 'skip');
  for (const verdict of worstFirst) {
    const [first, ...others] = wrong.filter((step) => step.verdict === verdict);
    if (first === undefined) continue;
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
    const reason = continueOnFailure ? `${first.title}: ${first.reason}${more}` : first.reason;
    const knownIssue = wrong.every((step) => step.knownIssue !== undefined) ? first.knownIssue : undefined;
    return {verdict, reason: reasonOf(reason), ...(knownIssue !== undefined && {knownIssue})};
  }
  const proof = steps.flatMap(({checks}) => checks).find(({witness}) => witness === 'host');
  if (proof !== undefined) return {verdict: 'pass', reason: reasonOf(proof.detail)};
  const skipped = steps.find(({verdict}) => verdict === 'skip');
  return skipped === undefined ? unproven : {verdict: 'skip', reason: skipped.reason};
}
