// SPDX-License-Identifier: MIT
import type {Check} from './check.ts';
import type {Verdict} from '../base/verdict.ts';

/** What of a run's record tells whether its kernel is known to be broken. */
export interface Judged {
  readonly verdict: Verdict;
  readonly reason: string;
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
  readonly evidence: readonly string[];
  /** One line: the cause, or why there is none. */
  readonly reason: string;
}

/** The lab drives nothing in a machine that is not the declared one: a kernel may have made it another. */
const otherTree = /^the machine is not the declared one: /;

/**
 * Compares what a scenario says of a mutant with what it says of the same kernel without it: only what is
 * new is evidence.
 * @param declared the evidence that must be among it
 */
export function compareWithControl(
  mutant: Judged,
  control: Judged,
  declared: readonly string[],
): MutantJudgement {
  if (control.verdict === 'error' || control.verdict === 'crash' || control.verdict === 'skip') {
    const reason = `without the mutant it is ${control.verdict}, too: ${control.reason}`;
    return {outcome: 'inconclusive', evidence: [], reason};
  }
  if (mutant.verdict === 'error' && otherTree.test(mutant.reason)) {
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

/** A crash is evidence by its kind, which begins its reason, and as such. */
function crashEvidence({verdict, reason}: Judged): readonly string[] {
  if (verdict !== 'crash') return [];
  const kind = /^([a-z]+): /.exec(reason)?.[1];
  return kind === undefined ? ['crash'] : ['crash', kind];
}

interface Failure {
  readonly key: string;
  readonly name: string;
  readonly detail: string;
}

/** The checks that failed. What one is called is its name up to a device's id. */
function failures({steps}: Judged): readonly Failure[] {
  return steps.flatMap(({title, checks}, index) =>
    checks
      .filter(({ok}) => !ok)
      .map(({name, detail}) => ({
        key: `${index} ${title} ${name}`,
        name: name.split(' ')[0] ?? name,
        detail: `${name}: ${detail}`,
      })),
  );
}
