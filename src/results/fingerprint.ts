// SPDX-License-Identifier: MIT
import {sha256} from '../base/hash.ts';
import type {RunRecord} from '../scenario/record.ts';
import type {Verdict} from '../verdict/judge.ts';

/** What failures of one kind have in common, wherever they happen. */
export interface Fingerprint {
  readonly key: string;
  /** For a person: the cause without what differs from run to run. */
  readonly title: string;
  readonly verdict: Verdict;
}

/** What differs between two failures of one kind, and what stands for it. */
const differing: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]\b/gi, 'BDF'],
  [/\b0x[0-9a-f]+\b/gi, '0x…'],
  // Only what has a digit: a word as "added" is none.
  [/\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b/gi, '…'],
  [/\b(CPU|PID|pid)[:=#]?\s*\d+/g, '$1 …'],
  [/\b(comm)[:=]\s*\S+/g, '$1 …'],
  [/\+0x…\/0x…/g, ''],
  [/\b\d+(\.\d+)?\b/g, 'N'],
];

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
    const {kind, title, function: name = '', trace} = report;
    const key = sha256([verdict, kind, withoutDifferences(title), name, ...trace].join('\n')).slice(0, 12);
    return {key, title: withoutDifferences(title), verdict};
  }
  const title = withoutDifferences(reason);
  return {key: sha256(`${verdict}\n${title}`).slice(0, 12), title, verdict};
}

function withoutDifferences(reason: string): string {
  return differing
    .reduce((text, [pattern, word]) => text.replaceAll(pattern, word), reason)
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, 300);
}
