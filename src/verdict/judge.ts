// SPDX-License-Identifier: MIT
import {bounded, oneLine} from '../base/escape.ts';
import type {Verdict} from '../base/verdict.ts';
import type {Feature} from '../spec/features.ts';
import type {CheckName} from '../spec/check-names.ts';
import type {Check} from './check.ts';
import type {Finding, FindingOf} from './finding.ts';
import {type Cause, renderCause} from './render.ts';

/** All that a step or a run left behind, in the order in which it is believed. */
export interface Findings {
  /** Why it cannot be done here at all. */
  readonly skip?: Finding | undefined;
  /** What the kernel did that no kernel may do. */
  readonly crash?: FindingOf<'crash'> | undefined;
  /** What is wrong with the lab, the host or the evidence. */
  readonly errors: readonly Finding[];
  readonly checks: readonly Check[];
}

/** A verdict and its cause. */
export interface Judgement {
  readonly verdict: Verdict;
  /** The cause in one line, rendered once: nothing decides by it. */
  readonly reason: string;
  readonly finding: Finding;
  /** The check that failed, of a `fail` that no known issue explains. */
  readonly check?: CheckName;
  /** The title of the step that decided, where steps are judged independently. */
  readonly step?: string;
  /** The feature whose absence explains the failure: it was known to come, and is one all the same. */
  readonly knownIssue?: Feature;
}

/** Makes a verdict; its reason is one line that can be shown anywhere, whatever of a guest or of a name is in it. */
export function judgement(
  verdict: Verdict,
  {check, step, others, contradiction, finding}: Omit<Cause, 'issue'>,
  knownIssue?: Feature,
): Judgement {
  const reason = oneLine(
    bounded(renderCause({finding, check, issue: knownIssue, step, others, contradiction})),
  );
  return {
    ...{verdict, reason, finding},
    ...(check !== undefined && {check}),
    ...(step !== undefined && {step}),
    ...(knownIssue !== undefined && {knownIssue}),
  };
}

/**
 * The verdict of what moved data. A crash is reported even if evidence is missing because of it; evidence that
 * is missing or does not add up is an error, never a pass; and where the host observed nothing, nothing is proven.
 */
export function judge(findings: Findings): Judgement {
  const trouble = judgeTrouble(findings);
  if (trouble !== undefined) return trouble;
  const proof = findings.checks.find(({witness}) => witness === 'host');
  return proof === undefined ? unproven : judgement('pass', {finding: proof.finding});
}

/** The verdict of a step that moves no data: it has nothing to prove. */
export function judgeCommand(findings: Findings): Judgement {
  const finding = findings.checks[0]?.finding ?? ({code: 'nothing-to-check', parameters: {}} as const);
  return judgeTrouble(findings) ?? judgement('pass', {finding});
}

const unproven = judgement('error', {finding: {code: 'no-host-evidence', parameters: {}}});

function judgeTrouble({skip, crash, errors, checks}: Findings): Judgement | undefined {
  if (skip !== undefined) return judgement('skip', {finding: skip});
  if (crash !== undefined) return judgement('crash', {finding: crash});
  if (errors[0] !== undefined) return judgement('error', {finding: errors[0]});
  const failed = checks.find(({ok}) => !ok);
  return failed && judgement('fail', {finding: failed.finding, check: failed.name});
}

/** A step as the run's verdict sees it. */
export interface JudgedStep extends Judgement {
  readonly title: string;
  readonly checks: readonly Check[];
}

/** What decides beside the steps: found out about the whole run. */
export type RunFindings = Omit<Findings, 'checks'>;

/** Of steps that are judged independently, what the kernel did wrong is worse than what was not found out. */
const worstFirst = ['crash', 'fail', 'error'] as const;

/**
 * The verdict of a run: that of its worst step, with the cause. A run passes if one step at least is proven
 * and none is wrong, and is a known issue only if known issues explain all that is wrong in it.
 * @param continueOnFailure whether the steps were judged independently: then the cause names the step
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
    const {knownIssue: _, step: __, ...cause} = judgedOf(first);
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
    const reason = continueOnFailure ? `${first.title}: ${first.reason}${more}` : first.reason;
    const knownIssue = wrong.every((step) => step.knownIssue !== undefined) ? first.knownIssue : undefined;
    return {
      ...cause,
      reason: oneLine(bounded(reason)),
      ...(continueOnFailure && {step: first.title}),
      ...(knownIssue !== undefined && {knownIssue}),
    };
  }
  const proof = steps.flatMap(({checks}) => checks).find(({witness}) => witness === 'host');
  if (proof !== undefined) return judgement('pass', {finding: proof.finding});
  const skipped = steps.find(({verdict}) => verdict === 'skip');
  return skipped === undefined ? unproven : judgedOf(skipped);
}

/** The judgement alone of a step. */
function judgedOf({verdict, reason, finding, check, step, knownIssue}: JudgedStep): Judgement {
  return {
    ...{verdict, reason, finding},
    ...(check !== undefined && {check}),
    ...(step !== undefined && {step}),
    ...(knownIssue !== undefined && {knownIssue}),
  };
}
