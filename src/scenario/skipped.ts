// SPDX-License-Identifier: MIT
import type {Step} from '../steps/step.ts';
import {type Bench, expectTransfers} from '../verdict/expectation.ts';
import type {StepRecord} from './record.ts';
import {dataVerb, stepTitle} from '../steps/bound.ts';

/** The record of a step of which nothing was seen: what it was about, and why. */
export function skippedStep(step: Step, bench: Bench, reason: string): StepRecord {
  const verb = dataVerb(step);
  const expected = verb && expectTransfers(bench, verb.transfers(bench.topology, []), step.expect);
  return {
    title: stepTitle(step),
    verb: step.verb,
    durationMs: 0,
    verdict: 'skip',
    reason,
    ...(expected !== undefined && {expected}),
    ledger: [],
    checks: [],
    guest: [],
  };
}
