// SPDX-License-Identifier: MIT
import type {KernelReport} from './report.ts';

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

/** What the reports of one crash have in common, wherever it happens. */
export interface CrashFingerprint {
  /** For a person. */
  readonly title: string;
  /** What decides whether two reports are of one crash: what is reported, in which function, and how it came there. */
  readonly parts: readonly string[];
}

/** Returns what the reports of one crash have in common. */
export function crashFingerprint({
  kind,
  title,
  function: name = '',
  trace,
}: Pick<KernelReport, 'kind' | 'title' | 'function' | 'trace'>): CrashFingerprint {
  const same = withoutDifferences(title);
  return {title: same, parts: [kind, same, name, ...trace]};
}

/** Returns a sentence without addresses, numbers and places, at most 300 characters long. */
export function withoutDifferences(reason: string): string {
  return differing
    .reduce((text, [pattern, word]) => text.replaceAll(pattern, word), reason)
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, 300);
}
