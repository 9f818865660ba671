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
    const {title, parts} = crashFingerprint(report);
    return {key: sha256([verdict, ...parts].join('\n')).slice(0, 12), title, verdict};
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
