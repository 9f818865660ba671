// SPDX-License-Identifier: MIT
import {sha256} from '../base/hash.ts';
import {crashFingerprint, withoutDifferences} from '../evidence/crash/fingerprint.ts';
import type {RunRecord} from '../scenario/record.ts';
import type {Verdict} from '../base/verdict.ts';

/** What failures of one kind have in common, wherever they happen. */
export interface Fingerprint {
  readonly key: string;
  /** For a person: the cause without what differs from run to run. */
  readonly title: string;
  readonly verdict: Verdict;
}

/**
 * The kind of a failure: its verdict, and its reason without addresses, numbers and functions' places; of a
 * crash that the kernel has words for, what it reports, in which function, and how it came there. Two scenarios
 * that fail for one reason have the same.
 * @returns undefined for what is no failure
 */
export function fingerprintOf({
  verdict,
  reason,
  report,
}: Pick<RunRecord, 'verdict' | 'reason' | 'report'>): Fingerprint | undefined {
  if (verdict === 'pass' || verdict === 'skip') return undefined;
  if (verdict === 'crash' && report !== undefined) {
    const {title, parts} = crashFingerprint(report);
    return {key: sha256([verdict, ...parts].join('\n')).slice(0, 12), title, verdict};
  }
  const title = withoutDifferences(reason);
  return {key: sha256(`${verdict}\n${title}`).slice(0, 12), title, verdict};
}
