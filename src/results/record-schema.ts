// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {verdicts} from '../base/verdict.ts';
import type {RunRecord} from '../scenario/record.ts';
import {type CheckName, checkNames} from '../spec/check-names.ts';
import {type Finding, readFinding} from '../verdict/finding.ts';
import {address, bounded, finite, longest, most, name, sentence, whole} from './bounds.ts';
import {olderCause, olderCheckFinding, olderCheckName} from './older-findings.ts';

const verdict = z.enum(verdicts);

const ledgerEntry = z.looseObject({
  initiator: name,
  direction: z.enum(['read', 'write']),
  target: name,
  // A column of 32 bits.
  bar: whole.max(255).optional(),
  bytes: whole,
  address,
  translated: address.optional(),
  cpu: address.optional(),
  route: name.optional(),
  by: name.optional(),
  pieces: whole.optional(),
});

/** A check; one that an older p2plab recorded gets the finding that its sentence stands for. */
export const checkSchema = z
  .looseObject({
    name: sentence,
    ok: z.boolean(),
    witness: name,
    detail: sentence,
    finding: z.unknown().optional(),
  })
  .transform((check) => ({
    ...check,
    name: olderCheckName(check.name) ?? check.name,
    finding: readFinding(check.finding) ?? olderCheckFinding(check),
  }));

/** What a verdict has of its cause. */
const cause = {
  finding: z.unknown().optional(),
  check: z.enum(checkNames).optional().catch(undefined),
  step: sentence.optional(),
};

/** The cause of a verdict; of what an older p2plab recorded, what its reason stands for. */
function causeOf(judged: {
  readonly verdict: z.output<typeof verdict>;
  readonly reason: string;
  readonly knownIssue?: string | undefined;
  readonly finding?: unknown;
}): {readonly finding: Finding; readonly check?: CheckName} {
  const finding = readFinding(judged.finding);
  return finding === undefined ? olderCause(judged) : {finding};
}

const output = z
  .string()
  .optional()
  .transform((text) => text && bounded(text, longest.output));

const step = z
  .looseObject({
    ...cause,
    title: sentence,
    verb: name,
    verdict,
    reason: sentence,
    knownIssue: name.optional(),
    durationMs: finite,
    ledger: z.array(ledgerEntry).max(most.ledger),
    checks: z.array(checkSchema).max(most.checks).default([]),
    measurements: z
      .array(z.looseObject({name, unit: name, value: finite}))
      .max(most.measurements)
      .optional(),
    guest: z
      .array(z.looseObject({stdout: output, stderr: output}))
      .max(most.lines)
      .default([]),
  })
  .transform((judged) => ({...judged, ...causeOf(judged)}));

/** A crash's report. */
const reportSchema = z.looseObject({
  kind: name,
  title: sentence,
  function: sentence.optional(),
  place: sentence.optional(),
  trace: z.array(sentence).max(most.lines),
  decoded: z.array(sentence).max(most.lines).default([]),
});

/** All of a result that anything reads: it grows, and what is not known here passes unread. */
export const runSchema = z.looseObject({
  ...cause,
  scenario: name,
  topology: name,
  kernel: name,
  variant: name,
  qemu: sentence,
  verdict,
  reason: sentence,
  knownIssue: name.optional(),
  durationMs: finite,
  continueOnFailure: z.boolean().default(false),
  report: reportSchema.optional(),
  kernelSays: z.array(sentence).max(most.lines).default([]),
  steps: z.array(step).max(most.steps),
});

/** The same, with the cause of its verdict. */
export const recordSchema = runSchema.transform((judged) => ({...judged, ...causeOf(judged)}));

/** A result within its bounds, as it is written: whoever reads it would cut it alike. */
export function boundedRecord(record: RunRecord): RunRecord {
  const {reason, report, kernelSays, steps} = record;
  return {
    ...record,
    reason: bounded(reason),
    ...(report !== undefined && {
      report: {
        ...report,
        title: bounded(report.title),
        trace: report.trace.slice(0, most.lines).map((line) => bounded(line)),
        decoded: report.decoded.slice(0, most.lines).map((line) => bounded(line)),
      },
    }),
    kernelSays: kernelSays.slice(0, most.lines).map((line) => bounded(line)),
    steps: steps.map((one) => ({
      ...one,
      title: bounded(one.title),
      reason: bounded(one.reason),
      checks: one.checks.slice(0, most.checks).map((each) => ({...each, detail: bounded(each.detail)})),
      guest: one.guest.slice(0, most.lines).map((said) => ({
        ...said,
        stdout: bounded(said.stdout, longest.output),
        stderr: bounded(said.stderr, longest.output),
      })),
    })),
  };
}
