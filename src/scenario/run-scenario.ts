// SPDX-License-Identifier: MIT
import type {Context} from '../base/context.ts';
import {bounded} from '../base/escape.ts';
import {BuildError, Interrupted, LabError, messageOf} from '../base/errors.ts';
import {type Boot, bootGuest, GuestError} from '../guest/guest.ts';
import {describeQemu} from '../guest/qemu-binary.ts';
import {type Judgement, judgement, judgeRun} from '../verdict/judge.ts';
import type {Finding, FindingOf} from '../verdict/finding.ts';
import {type Crash, crashOnConsole} from './crash.ts';
import {type Draft, runSteps, during} from './run-steps.ts';
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
    at: {when: 'before-steps'},
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
      } else draft.errors.push(errorFinding(error));
    }
  }
  const {steps, errors, crash, kernelSays} = draft;
  const judged: Judgement =
    (known.isHarmless(crash?.report) ? judgeBeside({skip, errors}, steps, continueOnFailure) : undefined) ??
    judgeRun({skip, crash: crash?.finding, errors}, steps, continueOnFailure);
  const knownIssue =
    judged.verdict === 'crash' ? (explainingIssue ?? noteKnownCrash(known, draft)) : undefined;
  return {
    scenario: plan.name,
    topology: plan.topology.name,
    kernel: machine.kernel.name,
    variant: machine.variant.name,
    ...(kernelArguments.length > 0 && {kernelArguments}),
    qemu: describeQemu(machine.qemu),
    continueOnFailure,
    ...(knownIssue === undefined ? judged : judgement('crash', judged, knownIssue)),
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
    steps.splice(at, 1, {...step, ...judgement('crash', {finding: step.finding}, knownIssue)});
  return knownIssue;
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
  // What was reported first led to the rest.
  draft.crash ??=
    reported === undefined ? {finding: observed(failure)} : withMoment(reported, failure, draft);
  if (last?.verdict === 'crash')
    draft.steps.splice(-1, 1, {
      ...last,
      ...judgement('crash', {finding: withoutMoment(draft.crash.finding)}),
    });
}

/** A hang that a kernel with these features is known for is told as such. */
async function noteKnownHang({plan, machine, files}: Run, draft: Draft): Promise<Feature | undefined> {
  const last = draft.steps.at(-1);
  const step = plan.scenario.value.steps[draft.steps.length - 1];
  const known = step && (await knownHang(step, plan.topology, machine.kernel, files.folder));
  if (last === undefined || known === undefined || draft.crash === undefined) return undefined;
  const {knownIssue, blockedIn, cause} = known;
  const {finding} = draft.crash;
  draft.crash = {
    ...draft.crash,
    finding: {...finding, parameters: {...finding.parameters, blockedIn, cause}},
  };
  draft.steps.splice(-1, 1, {
    ...last,
    ...judgement('crash', {finding: withoutMoment(draft.crash.finding)}, knownIssue),
  });
  return knownIssue;
}

/** A failure that the kernel has no words for: what the lab observed. */
function observed({kind, reason}: GuestError['failure']): FindingOf<'crash'> {
  return {code: 'crash', parameters: {kind, title: reason}};
}

/** A report with when it came, and of a hang, what the lab itself observed. */
function withMoment(reported: Crash, {reason}: GuestError['failure'], {hang, at}: Draft): Crash {
  const finding = during(reported.finding, at);
  if (hang === undefined) return {...reported, finding};
  const parameters = {...finding.parameters, observed: bounded(reason, 500)};
  return {...reported, finding: {...finding, parameters}};
}

/** A step's own record need not say which step it was. */
function withoutMoment(finding: FindingOf<'crash'>): FindingOf<'crash'> {
  const {moment: _, observed: __, ...parameters} = finding.parameters;
  return {...finding, parameters};
}

function errorFinding(error: unknown): Finding {
  if (error instanceof LabError) {
    const {message, hint} = error;
    return {code: 'host-error', parameters: {message, ...(hint !== undefined && {hint})}};
  }
  // A fault of the lab's own: where it is, in one line.
  const location = /^\s*at .*$/m.exec(error instanceof Error ? (error.stack ?? '') : '')?.[0].trim();
  const parameters = {message: messageOf(error), ...(location !== undefined && {location})};
  return {code: 'internal-error', parameters};
}
