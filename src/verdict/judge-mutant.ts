// SPDX-License-Identifier: MIT
import type {EvidenceName} from '../spec/check-names.ts';
import {type ReportKind, reportKinds} from '../spec/report-kind.ts';
import type {Check} from './check.ts';
import type {Verdict} from '../base/verdict.ts';
import type {Finding} from './finding.ts';
import {checkTitle} from './render.ts';

/** What of a run's record tells whether its kernel is known to be broken. */
export interface Judged {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly finding: Finding;
  readonly steps: readonly {readonly title: string; readonly checks: readonly Check[]}[];
}

/**
 * What came of a mutant in a scenario: `killed` by the evidence that was declared, `killed by other evidence`,
 * `survived`, or `inconclusive` because the lab cannot say.
 */
export type MutantOutcome = 'killed' | 'killed by other evidence' | 'survived' | 'inconclusive';

export interface MutantJudgement {
  readonly outcome: MutantOutcome;
  /** All that speaks against the kernel and does not speak against the one without the mutant. */
  readonly evidence: readonly EvidenceName[];
  /** One line: the cause, or why there is none. */
  readonly reason: string;
}

/**
 * Compares what a scenario says of a mutant with what it says of the same kernel without it: only what is
 * new is evidence.
 * @param declared the evidence that must be among it
 */
export function compareWithControl(
  mutant: Judged,
  control: Judged,
  declared: readonly EvidenceName[],
): MutantJudgement {
  if (control.verdict === 'error' || control.verdict === 'crash' || control.verdict === 'skip') {
    const reason = `without the mutant it is ${control.verdict}, too: ${control.reason}`;
    return {outcome: 'inconclusive', evidence: [], reason};
  }
  // No step runs in a machine that is not the declared one: a kernel may have made it another.
  if (mutant.verdict === 'error' && mutant.finding.code === 'topology-differs') {
    const outcome = declared.every((name) => name === 'tree') ? 'killed' : 'killed by other evidence';
    return {outcome, evidence: ['tree'], reason: mutant.reason};
  }
  if (mutant.verdict === 'error' || mutant.verdict === 'skip') {
    return {outcome: 'inconclusive', evidence: [], reason: `${mutant.verdict}: ${mutant.reason}`};
  }
  const before = new Set(failures(control).map(({key}) => key));
  const fresh = failures(mutant).filter(({key}) => !before.has(key));
  const evidence = [...new Set([...crashEvidence(mutant), ...fresh.map(({name}) => name)])];
  if (evidence.length === 0) {
    return {outcome: 'survived', evidence, reason: `nothing speaks against it: ${mutant.reason}`};
  }
  const reason = mutant.verdict === 'crash' ? mutant.reason : (fresh[0]?.detail ?? mutant.reason);
  const missing = declared.filter((name) => !evidence.includes(name));
  if (missing.length === 0) return {outcome: 'killed', evidence, reason};
  return {
    outcome: 'killed by other evidence',
    evidence,
    reason: `not by ${missing.join(', ')}, as declared: ${reason}`,
  };
}

/** A crash is evidence by its kind, and as such. */
function crashEvidence({verdict, finding}: Judged): readonly EvidenceName[] {
  if (verdict !== 'crash') return [];
  const kind = finding.code === 'crash' ? finding.parameters.kind : undefined;
  return isReportKind(kind) ? ['crash', kind] : ['crash'];
}

/** A crash may be of a kind that no kernel reports, as the end of QEMU. */
function isReportKind(kind: string | undefined): kind is ReportKind {
  return reportKinds.some((name) => name === kind);
}

interface Failure {
  readonly key: string;
  readonly name: EvidenceName;
  readonly detail: string;
}

/** The checks that failed. */
function failures({steps}: Judged): readonly Failure[] {
  return steps.flatMap(({title, checks}, index) =>
    checks
      .filter(({ok}) => !ok)
      .map((check) => {
        const name = checkTitle(check);
        return {key: `${index} ${title} ${name}`, name: check.name, detail: `${name}: ${check.detail}`};
      }),
  );
}
