// SPDX-License-Identifier: MIT
import type {Step} from '../steps/step.ts';
import {type Bench, expectTransfers} from '../verdict/expectation.ts';
import type {SkipFinding} from '../verdict/finding.ts';
import {type Judgement, judgement} from '../verdict/judge.ts';
import type {StepRecord} from './record.ts';
import {dataVerb, stepTitle} from '../steps/bound.ts';

/** The record of a step that is not driven, with the reason. */
export function skippedStep(step: Step, bench: Bench, skip: SkipFinding): StepRecord {
  return {...undriven(step, bench), ...judgement('skip', {finding: skip})};
}

/** What a record says of a step that left no evidence: what it was about. */
export function undriven(step: Step, bench: Bench): Omit<StepRecord, keyof Judgement> {
  const verb = dataVerb(step);
  const expected = verb && expectTransfers(bench, verb.transfers(bench.topology, []), step.expect);
  return {
    title: stepTitle(step),
    verb: step.verb,
    durationMs: 0,
    ...(expected !== undefined && {expected}),
    ledger: [],
    checks: [],
    guest: [],
  };
}
