// SPDX-License-Identifier: MIT
import type {Context} from '../base/context.ts';
import {BuildError, Interrupted, LabError, messageOf} from '../base/errors.ts';
import {GuestError} from '../guest/guest.ts';
import {describeQemu} from '../guest/qemu-binary.ts';
import {judgeRun} from '../verdict/judge.ts';
import type {RunFiles} from './boot-plan.ts';
import {crashOnConsole} from './crash.ts';
import type {Disks} from './disks.ts';
import {type Draft, driveAll} from './drive-all.ts';
import type {Machine} from './machine.ts';
import {reasonToSkip, type ScenarioPlan, skippedSteps, wrongLane} from './plan.ts';
import type {RunRecord} from './record.ts';

/** What is run, and where its files go. */
export interface Run {
  readonly plan: ScenarioPlan;
  readonly machine: Machine;
  readonly files: RunFiles;
  readonly disks: Disks;
}

/**
 * Boots a guest, drives a scenario in it, gathers the evidence and has it judged.
 * @throws Interrupted, or BuildError for a module that was compiled meanwhile; anything else that goes wrong is the record's verdict
 */
export async function runScenario(run: Run, context: Context): Promise<RunRecord> {
  const {plan, machine} = run;
  const {independent, kernelArguments} = plan.scenario.value;
  const begun = performance.now();
  const draft: Draft = {steps: [], errors: [], kernelSays: [], crash: undefined};
  const skip = wrongLane(plan, machine.lane) ?? reasonToSkip(plan, machine.kernel, machine.qemu);
  if (skip !== undefined) {
    draft.steps.push(...skippedSteps(plan, machine.kernel, skip));
  } else {
    try {
      await driveAll(run, draft, context);
    } catch (error) {
      if (error instanceof Interrupted || context.signal.aborted) throw new Interrupted();
      // It says nothing of a run: there was to be none.
      if (error instanceof BuildError) throw error;
      if (error instanceof GuestError) await tellCrash(run, error, draft);
      else draft.errors.push(wordsOf(error));
    }
  }
  const {steps, errors, crash, kernelSays} = draft;
  return {
    scenario: plan.name,
    topology: plan.topology.name,
    kernel: machine.kernel.name,
    lane: machine.lane.name,
    ...(kernelArguments.length > 0 && {kernelArguments}),
    qemu: describeQemu(machine.qemu),
    independent,
    ...judgeRun({skip, crash: crash?.reason, errors}, steps, independent),
    ...(crash?.report !== undefined && {report: crash.report}),
    durationMs: Math.round(performance.now() - begun),
    steps,
    kernelSays,
  };
}

/** What a guest died of: the kernel's own report on the console, else what the lab saw. */
async function tellCrash({machine, files}: Run, {failure}: GuestError, draft: Draft): Promise<void> {
  const reported = await crashOnConsole(machine, files.folder);
  draft.crash = reported ?? {reason: `${failure.kind}: ${failure.reason}`};
  const last = draft.steps.at(-1);
  if (last?.verdict === 'crash') draft.steps.splice(-1, 1, {...last, reason: draft.crash.reason});
}

function wordsOf(error: unknown): string {
  if (error instanceof LabError)
    return error.hint === undefined ? error.message : `${error.message} (${error.hint})`;
  return error instanceof Error && error.stack !== undefined ? error.stack : messageOf(error);
}
