// SPDX-License-Identifier: MIT
import type {Context} from '../base/context.ts';
import {bounded, oneLine} from '../base/escape.ts';
import {BuildError, Interrupted, LabError, messageOf} from '../base/errors.ts';
import {type Boot, bootGuest, GuestError} from '../guest/guest.ts';
import {describeQemu} from '../guest/qemu-binary.ts';
import {judgeRun} from '../verdict/judge.ts';
import {type Crash, crashOnConsole} from './crash.ts';
import {type Draft, runSteps} from './run-steps.ts';
import type {Feature} from '../spec/features.ts';
import {judgeBeside, KnownReports} from './known-crash.ts';
import {knownHang} from './known-hang.ts';
import {reasonToSkip, skippedSteps, wrongVariant} from './plan-scenario.ts';
import type {RunRecord} from './record.ts';
import type {Run} from './run-inputs.ts';

/**
 * Boots a guest, drives a scenario in it, gathers the evidence and has it judged.
 * @param boot boots the guest
 * @throws Interrupted, or BuildError for a module that was compiled meanwhile; anything else that goes wrong is the record's verdict
 */
export async function runScenario(run: Run, context: Context, boot: Boot = bootGuest): Promise<RunRecord> {
  const {plan, machine} = run;
  const {continueOnFailure, kernelArguments} = plan.scenario.value;
  const begun = performance.now();
  const known = new KnownReports(plan.scenario.value['known-crash'], machine.kernel.features);
  let explainingIssue: Feature | undefined;
  const draft: Draft = {
    steps: [],
    errors: [],
    kernelSays: [],
    at: 'before the first step',
    crash: undefined,
  };
  const skip = wrongVariant(plan, machine.variant) ?? reasonToSkip(plan, machine.kernel, machine.qemu);
  if (skip !== undefined) {
    draft.steps.push(...skippedSteps(plan, machine.kernel, skip));
  } else {
    try {
      await runSteps(run, known, draft, context, boot);
    } catch (error) {
      if (error instanceof Interrupted || context.signal.aborted) throw new Interrupted();
      // It says nothing of a run: there was to be none.
      if (error instanceof BuildError) throw error;
      if (error instanceof GuestError) {
        await tellCrash(run, known, error, draft);
        if (error.failure.kind === 'hang') explainingIssue = await noteKnownHang(run, draft);
      } else draft.errors.push(wordsOf(error));
    }
  }
  const {steps, errors, crash, kernelSays} = draft;
  const judgement =
    (known.isHarmless(crash?.report) ? judgeBeside({skip, errors}, steps, continueOnFailure) : undefined) ??
    judgeRun({skip, crash: crash && crashReason(crash), errors}, steps, continueOnFailure);
  const knownIssue =
    judgement.verdict === 'crash' ? (explainingIssue ?? noteKnownCrash(known, draft)) : undefined;
  return {
    scenario: plan.name,
    topology: plan.topology.name,
    kernel: machine.kernel.name,
    variant: machine.variant.name,
    ...(kernelArguments.length > 0 && {kernelArguments}),
    qemu: describeQemu(machine.qemu),
    continueOnFailure,
    ...judgement,
    // A known hang's reason says it already.
    ...(knownIssue !== undefined &&
      knownIssue !== explainingIssue && {reason: `known issue ${knownIssue}: ${judgement.reason}`}),
    ...(knownIssue !== undefined && {knownIssue}),
    ...(crash?.report !== undefined && {report: crash.report}),
    durationMs: Math.round(performance.now() - begun),
    steps,
    kernelSays,
  };
}

/** A crash that the kernel is known for is told as such, in the step in which it came. */
function noteKnownCrash(known: KnownReports, {crash, steps}: Draft): Feature | undefined {
  const knownIssue = known.knownIssueOf(crash?.report);
  const at = steps.findIndex(({verdict}) => verdict === 'crash');
  const step = steps[at];
  if (knownIssue !== undefined && step !== undefined)
    steps.splice(at, 1, {...step, reason: `known issue ${knownIssue}: ${step.reason}`, knownIssue});
  return knownIssue;
}

/** What the kernel reports says by itself not when: the step is named behind it. */
function crashReason({reason, report, step}: NonNullable<Draft['crash']>): string {
  return report === undefined || step === undefined ? reason : `${reason}, ${step}`;
}

/** What a guest died of: the kernel's own report on the console, else what the lab saw. */
async function tellCrash(
  {machine, files}: Run,
  known: KnownReports,
  {failure, excuses}: GuestError,
  draft: Draft,
): Promise<void> {
  const isHarmless = (crash: Partial<Crash> | undefined): boolean => known.isHarmless(crash?.report);
  const printed = draft.hang ?? (await crashOnConsole(machine, files.folder, {excuses, known}));
  // A guest does not die of what is known and harmless.
  const reported = isHarmless(printed) ? undefined : printed;
  if (isHarmless(draft.crash)) draft.crash = undefined;
  const last = draft.steps.at(-1);
  // What of it the lab itself saw is told behind what the kernel was at.
  const step = draft.hang === undefined ? draft.at : `${draft.at}: ${oneLine(bounded(failure.reason, 500))}`;
  // What was reported first led to the rest.
  draft.crash ??= {
    ...(reported ?? {reason: oneLine(bounded(`${failure.kind}: ${failure.reason}`))}),
    step,
  };
  if (last?.verdict === 'crash') draft.steps.splice(-1, 1, {...last, reason: draft.crash.reason});
}

/** Reports a hang that is a known issue of a kernel with these features as that issue. */
async function noteKnownHang({plan, machine, files}: Run, draft: Draft): Promise<Feature | undefined> {
  const last = draft.steps.at(-1);
  const step = plan.scenario.value.steps[draft.steps.length - 1];
  const known = step && (await knownHang(step, plan.topology, machine.kernel, files.folder));
  if (last === undefined || known === undefined || draft.crash === undefined) return undefined;
  const reason = `known issue ${known.knownIssue}: ${draft.crash.reason}, blocked in ${known.blockedIn}(): ${known.why}`;
  draft.crash = {...draft.crash, reason};
  draft.steps.splice(-1, 1, {...last, reason, knownIssue: known.knownIssue});
  return known.knownIssue;
}

function wordsOf(error: unknown): string {
  if (error instanceof LabError)
    return error.hint === undefined ? error.message : `${error.message} (${error.hint})`;
  // A fault of the lab's own: where it is, in one line.
  const place = /^\s*at .*$/m.exec(error instanceof Error ? (error.stack ?? '') : '')?.[0].trim() ?? '';
  return `internal error of the lab: ${messageOf(error)}${place === '' ? '' : ` (${place})`}`;
}
