// SPDX-License-Identifier: MIT
import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {setImmediate} from 'node:timers/promises';
import type {Context} from '../base/context.ts';
import {Interrupted, LabError, messageOf} from '../base/errors.ts';
import {kernelReports, wordsOnPeers} from '../evidence/kernel-log.ts';
import {bootGuest, type Guest, GuestError} from '../guest/guest.ts';
import {WaitError} from '../guest/within.ts';
import {checkAgainstGuest, checkAgainstQemu} from '../topology/check.ts';
import {type Findings, judge} from '../verdict/judge.ts';
import {bootPlan, type RunFiles} from './boot-plan.ts';
import {Disks} from './disks.ts';
import {type Acted, actStep, machineMemory, stepTitle} from './drive.ts';
import {examineStep} from './examine.ts';
import type {Machine} from './machine.ts';
import {reasonToSkip, type ScenarioPlan, wrongLane} from './plan.ts';
import {Prototypes} from './prototypes.ts';
import type {RunRecord, StepRecord} from './record.ts';

/** What is run, and where its files go. */
export interface Run {
  readonly plan: ScenarioPlan;
  readonly machine: Machine;
  readonly files: RunFiles;
  readonly disks: Disks;
}

interface Draft {
  readonly steps: StepRecord[];
  readonly errors: string[];
  kernelSays: readonly string[];
  crash: string | undefined;
}

/**
 * Boots a guest, drives a scenario in it, gathers the evidence and has it judged.
 * @throws Interrupted; anything else that goes wrong is the record's verdict
 */
export async function runScenario(run: Run, context: Context): Promise<RunRecord> {
  const {plan, machine} = run;
  const begun = performance.now();
  const draft: Draft = {steps: [], errors: [], kernelSays: [], crash: undefined};
  const skip = wrongLane(plan, machine.lane) ?? reasonToSkip(plan, machine.kernel, machine.qemu);
  if (skip === undefined) {
    try {
      await driveAll(run, draft, context);
    } catch (error) {
      if (error instanceof Interrupted || context.signal.aborted) throw new Interrupted();
      if (error instanceof GuestError) draft.crash = `${error.failure.kind}: ${error.failure.reason}`;
      else draft.errors.push(wordsOf(error));
    }
  }
  const checks = draft.steps.flatMap((step) => step.checks);
  const findings: Findings = {skip, crash: draft.crash, errors: draft.errors, checks};
  return {
    scenario: plan.name,
    topology: plan.topology.name,
    kernel: machine.kernel.name,
    lane: machine.lane.name,
    ...explain(judge(findings), draft),
    durationMs: Math.round(performance.now() - begun),
    steps: draft.steps,
    kernelSays: draft.kernelSays,
  };
}

async function driveAll(run: Run, draft: Draft, context: Context): Promise<void> {
  const {plan, machine, files, disks} = run;
  const {topology} = plan;
  const topic = plan.name;
  context.report({topic, text: 'booting'});
  const guest = await bootGuest(bootPlan(run), context);
  try {
    const memory = await checkTree(guest, run, draft);
    if (draft.errors.length > 0) return;
    const scene = {
      topology,
      guest,
      disks,
      pcaps: files.pcaps,
      memory,
      prototypes: new Prototypes(),
      folder: files.screens,
      slower: machine.lane.slower,
    };
    await mkdir(files.screens, {recursive: true});
    const {steps} = plan.scenario.value;
    for (const [index, step] of steps.entries()) {
      context.report({topic, text: stepTitle(step)});
      const acted = await act(step, scene);
      // After the last step the guest is idle: its log comes while the evidence is read.
      const isLast = index === steps.length - 1;
      const log = isLast ? readLog(guest, files, draft) : undefined;
      // Its request must be out before this thread is busy with the trace.
      await setImmediate();
      const [{record, errors}] = await Promise.all([examineStep(acted, scene), log]);
      draft.steps.push(record);
      draft.errors.push(...errors);
      if (errors.length === 0 && record.checks.every(({ok}) => ok)) continue;
      if (!isLast) await readLog(guest, files, draft);
      break;
    }
  } finally {
    await guest.close();
  }
}

/** A step that does not end while its guest lives on is a hang of what it asked the kernel for. */
async function act(...[step, scene]: Parameters<typeof actStep>): Promise<Acted> {
  try {
    return await actStep(step, scene);
  } catch (error) {
    if (!(error instanceof WaitError)) throw error;
    await scene.guest.exec(['sh', '-c', 'echo w >/proc/sysrq-trigger'], 5000).catch(() => undefined);
    throw new GuestError({kind: 'hang', reason: `${stepTitle(step)}: ${error.message}, and it still runs`});
  }
}

/** Before anything is driven: QEMU and the guest must both have the declared tree. */
async function checkTree(
  guest: Guest,
  {plan}: Run,
  draft: Draft,
): Promise<Awaited<ReturnType<typeof machineMemory>>> {
  const [answer, tree, memory] = await Promise.all([
    guest.qmp.execute('query-pci'),
    guest.run(['p2p', 'tree', '--brief']),
    machineMemory(guest),
  ]);
  const seen = tree.code === 0 ? (JSON.parse(tree.stdout) as unknown) : undefined;
  for (const difference of [
    ...checkAgainstQemu(plan.topology, answer),
    ...checkAgainstGuest(plan.topology, seen),
  ]) {
    draft.errors.push(`the machine is not the declared one: ${difference}`);
  }
  return memory;
}

/** The kernel's log explains; a report of its ill health in it is a crash. */
async function readLog(guest: Guest, files: RunFiles, draft: Draft): Promise<void> {
  const {stdout} = await guest.run(['p2p', 'log']);
  await writeFile(path.join(files.folder, 'dmesg.txt'), stdout);
  draft.kernelSays = wordsOnPeers(stdout);
  const [report] = kernelReports(stdout);
  if (report !== undefined) draft.crash = `${report.kind}: ${report.line}`;
}

/** A failed or crashed run's reason takes the kernel's own words along. */
function explain<T extends {readonly verdict: string; readonly reason: string}>(
  judgement: T,
  draft: Draft,
): T {
  if (judgement.verdict !== 'fail') return judgement;
  const contradiction = draft.steps.find(({expected}) => expected?.contradiction !== undefined)?.expected
    ?.contradiction;
  if (contradiction === undefined || judgement.reason.includes(contradiction)) return judgement;
  return {...judgement, reason: `${judgement.reason} But ${contradiction}`};
}

function wordsOf(error: unknown): string {
  if (error instanceof LabError)
    return error.hint === undefined ? error.message : `${error.message} (${error.hint})`;
  return error instanceof Error && error.stack !== undefined ? error.stack : messageOf(error);
}
