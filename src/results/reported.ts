// SPDX-License-Identifier: MIT
import type {RunRecord} from '../scenario/record.ts';
import {checkNames} from '../spec/check-names.ts';
import {type Finding, readFinding} from '../verdict/finding.ts';
import type {Judgement} from '../verdict/judge.ts';
import type {Run} from './queries/recorded-run.ts';

/** A run's record, and where its bundle is. */
export interface ReportedRun extends RunRecord {
  readonly bundle: string;
}

/** A recorded run as it was reported; of what only its bundle has, nothing. */
export function reportedRun({steps, knownIssue, bundle, duration, environment, ...run}: Run): ReportedRun {
  const {scenario, topology, kernel, variant, verdict, reason} = run;
  return {
    ...{scenario, topology, kernel, variant, verdict, reason, qemu: environment.qemu, durationMs: duration},
    ...knownIssueOf(knownIssue),
    ...causeOf(run),
    continueOnFailure: false,
    bundle: bundle ?? '',
    kernelSays: [],
    steps: steps.map((step) => ({
      ...{title: step.title, verb: step.verb, verdict: step.verdict, reason: step.reason},
      ...knownIssueOf(step.knownIssue),
      ...causeOf(step),
      durationMs: step.duration,
      checks: [],
      guest: [],
      ledger: step.ledger.map(({initiator, direction, target, bar, bytes, pieces, address, route, by}) => ({
        ...{initiator, direction, target, bytes, pieces, address: Number(address)},
        ...(bar !== null && {bar}),
        ...(route !== null && {route: route as 'upstream'}),
        ...(by !== null && {by}),
      })),
    })),
  };
}

/** The cause of a verdict as the database has it: of what an older p2plab recorded, maybe its sentence alone. */
function causeOf({
  reason,
  finding: stored,
  check_name: name,
}: Pick<Run, 'reason' | 'finding' | 'check_name'>): Pick<Judgement, 'finding' | 'check'> {
  const unknown: Finding = {code: 'unknown', parameters: {text: reason}};
  const finding = (stored === null ? undefined : readFinding(JSON.parse(stored))) ?? unknown;
  const check = checkNames.find((known) => known === name);
  return {finding, ...(check !== undefined && {check})};
}

function knownIssueOf(knownIssue: string | null): Pick<RunRecord, 'knownIssue'> {
  // What was recorded was a feature once, whether or not it still is.
  return knownIssue === null ? {} : {knownIssue: knownIssue as NonNullable<RunRecord['knownIssue']>};
}
