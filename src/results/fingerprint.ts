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

/** Parameters that explain a failure and do not tell it from others: prose, source lines, and when it happened. */
const explaining = ['why', 'text', 'place', 'moment', 'observed', 'hint', 'location', 'contradiction'];

/**
 * The kind of a failure: its verdict, check ?? '', code, subject and parameters without numbers; of a crash that the kernel
 * reports, what it reports, in which function, and how it came there. Two scenarios that fail for one reason have the
 * same. No sentence is part of it, but what the host or an older p2plab recorded as one.
 * @returns undefined for what is no failure
 */
export function fingerprintOf({
  verdict,
  reason,
  report,
  finding,
  check,
  step = '',
}: Pick<RunRecord, 'verdict' | 'reason' | 'report' | 'finding' | 'check' | 'step'>): Fingerprint | undefined {
  if (verdict === 'pass' || verdict === 'skip') return undefined;
  if (verdict === 'crash' && report !== undefined) {
    const {kind, title, function: name = '', trace} = report;
    const key = sha256([verdict, kind, withoutDifferences(title), name, ...trace].join('\n')).slice(0, 12);
    return {key, title: withoutDifferences(title), verdict};
  }
  const title = withoutDifferences(reason);
  const {code, subject = '', parameters} = finding;
  // What an older p2plab recorded keeps its key.
  const parts =
    code === 'unknown'
      ? [title]
      : [
          withoutDifferences(step),
          check,
          code,
          withoutDifferences(subject),
          JSON.stringify(kindOf(parameters)),
        ];
  return {key: sha256([verdict, ...parts].join('\n')).slice(0, 12), title, verdict};
}

/** What of a parameter is the same for all failures of a kind: no numbers, and words without what differs in them. */
function kindOf(value: unknown): unknown {
  if (typeof value === 'string') return withoutDifferences(value);
  if (typeof value === 'number') return 0;
  if (Array.isArray(value)) return value.map(kindOf);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([name]) => !explaining.includes(name))
    .map(([name, part]) => [name, kindOf(part)] as const);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function withoutDifferences(reason: string): string {
  return differing
    .reduce((text, [pattern, word]) => text.replaceAll(pattern, word), reason)
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, 300);
}
