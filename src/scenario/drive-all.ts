// SPDX-License-Identifier: MIT
import {mkdir} from 'node:fs/promises';
import {setImmediate} from 'node:timers/promises';
import type {Context} from '../base/context.ts';
import {bootGuest, type Guest, GuestError} from '../guest/guest.ts';
import {WaitError} from '../guest/within.ts';
import {checkAgainstGuest, checkAgainstQemu} from '../topology/check.ts';
import {bootPlan} from './boot-plan.ts';
import type {Crash} from './crash.ts';
import {type Acted, actStep, machineMemory, type Scene, stepTitle} from './drive.ts';
import {examineStep} from './examine.ts';
import {readHealth, runEpilogue} from './health.ts';
import {loadKernelModules, sendModules, servedEndpoints} from './kernel-modules.ts';
import {reasonToSkipStep} from './plan.ts';
import {modulesBefore} from './prologue.ts';
import {Prototypes} from './prototypes.ts';
import type {StepRecord} from './record.ts';
import {unpluggedBy} from '../spec/scenario.ts';
import type {Step} from '../spec/step.ts';
import {unpluggedAfter} from './slot-checks.ts';
import {withAcs} from '../topology/acs.ts';
import {askedAfter, forgotten} from '../verdict/remembered.ts';
import type {Run} from './run.ts';
import {skippedStep} from './skipped.ts';

/** What is known of a run while it goes on. */
export interface Draft {
  readonly steps: StepRecord[];
  readonly errors: string[];
  kernelSays: readonly string[];
  crash: (Pick<Crash, 'reason'> & Partial<Crash>) | undefined;
}

/** Boots a run's guest and drives its steps, one after the other. */
export async function driveAll(run: Run, draft: Draft, context: Context): Promise<void> {
  const {plan, files, machine} = run;
  context.report({topic: plan.name, text: 'booting'});
  const guest = await bootGuest(bootPlan(run), context);
  try {
    const memory = await checkTree(guest, run, draft);
    if (draft.errors.length > 0) return;
    const scene: Scene = {
      topology: plan.topology,
      abilities: machine.kernel.abilities,
      lacks: machine.kernel.lacks,
      guest,
      disks: run.disks,
      pcaps: files.pcaps,
      memory,
      prototypes: new Prototypes(),
      asked: new Map(),
      unplugged: new Set(),
      folder: files.screens,
      slower: machine.lane.slower,
    };
    await mkdir(files.screens, {recursive: true});
    const {abilities} = machine.kernel;
    const modules = modulesBefore(machine.kernel.modules, plan.scenario.value);
    await sendModules(await machine.sent, guest);
    draft.errors.push(...(await loadKernelModules(modules, plan.topology, guest)));
    if (draft.errors.length > 0) return;
    const served = servedEndpoints(abilities, plan.topology);
    for (const name of modules) await scene.prototypes.loaded(name, served, guest);
    await driveSteps(run, scene, draft, context);
  } finally {
    await guest.close();
  }
}

/** A step that is wrong ends the run, unless each is judged by itself; a crash ends all. */
async function driveSteps(
  {plan, files, machine}: Pick<Run, 'plan' | 'files' | 'machine'>,
  begun: Scene,
  draft: Draft,
  context: Context,
): Promise<void> {
  const {steps, independent} = plan.scenario.value;
  let scene = begun;
  let unread = false;
  const readLog = async (): Promise<void> => {
    const {says, crash} = await readHealth(scene.guest, machine, files.folder);
    draft.kernelSays = says;
    draft.crash = crash;
  };
  const readLastLog = async (): Promise<void> => {
    unread = false;
    draft.errors.push(...(await runEpilogue(scene.guest, machine)));
    await readLog();
  };
  for (const [index, step] of steps.entries()) {
    const skip = reasonToSkipStep(step, scene.topology, machine.kernel);
    if (skip !== undefined) {
      draft.steps.push(skippedStep(step, scene, skip));
      continue;
    }
    context.report({topic: plan.name, text: stepTitle(step)});
    const acted = await act(step, scene, draft);
    unread = true;
    // After the last step the guest is idle: its log comes while the evidence is read.
    const last = index === steps.length - 1;
    const early = independent || last;
    const log = early ? (last ? readLastLog() : readLog()) : undefined;
    // What the lane has the guest do at the end may be much.
    if (last && machine.lane.epilogue === undefined) context.idle?.();
    // Its request must be out before this thread is busy with the trace.
    await setImmediate();
    const [record] = await Promise.all([examineStep(acted, scene), log]);
    const {crash} = draft;
    draft.steps.push(crash === undefined ? record : {...record, verdict: 'crash', reason: crash.reason});
    if (crash !== undefined) return;
    scene = sceneAfter(step, record, scene);
    if (record.verdict === 'pass') continue;
    if (!early) await readLog();
    if (!independent) return;
    // What it left on the disks is not held against those that come after it.
    await scene.disks.adopt();
  }
  // Where the last step was skipped, nobody has looked after those before it.
  if (unread) await readLastLog();
}

/** What a step has changed for those that come after it: the tree, and what the kernel has worked out of it. */
function sceneAfter(step: Step, {verdict, expected}: StepRecord, scene: Scene): Scene {
  if (step.verb === 'acs') {
    if (verdict !== 'pass') return scene;
    return {...scene, topology: withAcs(scene.topology, step.options.port, step.options.set)};
  }
  if (step.verb === 'plug') return {...scene, unplugged: unpluggedAfter(step, scene)};
  const asked = askedAfter(scene, expected);
  const device = unpluggedBy(step);
  if (device === undefined) return {...scene, asked};
  const unplugged = unpluggedAfter({verb: 'unplug', options: {device}}, scene);
  return {...scene, unplugged, asked: forgotten(asked, unplugged)};
}

/** A step that does not end while its guest lives on is a hang of what it asked the kernel for. */
async function act(step: Parameters<typeof actStep>[0], scene: Scene, draft: Draft): Promise<Acted> {
  const begun = performance.now();
  try {
    return await actStep(step, scene).catch(async (error: unknown) => {
      if (!(error instanceof WaitError)) throw error;
      await scene.guest.exec(['sh', '-c', 'echo w >/proc/sysrq-trigger'], 5000).catch(() => undefined);
      throw new GuestError({kind: 'hang', reason: `${stepTitle(step)}: ${error.message}, and it still runs`});
    });
  } catch (error) {
    if (error instanceof GuestError) {
      const {kind, reason} = error.failure;
      const durationMs = Math.round(performance.now() - begun);
      const record = skippedStep(step, scene, `${kind}: ${reason}`);
      draft.steps.push({...record, verdict: 'crash', durationMs});
    }
    throw error;
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
    machineMemory(guest, plan.topology),
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
