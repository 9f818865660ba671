// SPDX-License-Identifier: MIT
import {mkdir} from 'node:fs/promises';
import {setImmediate} from 'node:timers/promises';
import type {Context} from '../base/context.ts';
import {HostError} from '../base/errors.ts';
import {readTree, treeCommand} from '../guest/protocol/tree.ts';
import {type Boot, CommandTimeout, type Guest, GuestError} from '../guest/guest.ts';
import {checkAgainstGuest, checkAgainstQemu} from '../topology/check-tree.ts';
import {explainTimeout} from './blocked-tasks.ts';
import {bootPlan} from './boot-plan.ts';
import type {Crash} from './crash.ts';
import {type Acted, actStep, machineMemory, type Scene} from './run-step.ts';
import {judgeStep} from './judge-step.ts';
import {GuestLog} from './guest-log.ts';
import {whereItHangs} from './hang.ts';
import {readHealth, runPostCommands} from './kernel-health.ts';
import {loadKernelModules, sendModules, servedEndpoints} from './kernel-modules.ts';
import {reasonToSkipStep} from './plan-scenario.ts';
import {modulesBefore} from '../steps/boot-checks.ts';
import {Prototypes} from './prototypes.ts';
import type {StepRecord} from './record.ts';
import {slotChangeOf} from './scenario-file.ts';
import {stepTitle} from '../steps/bound.ts';
import {verbOf} from '../steps/registry.ts';
import type {Step} from '../steps/step.ts';
import {unpluggedAfter} from '../steps/slot-checks.ts';
import type {Finding, FindingOf} from '../verdict/finding.ts';
import {judgement} from '../verdict/judge.ts';
import {askedAfter, forgotten} from '../verdict/map-type-cache.ts';
import type {KnownReports} from './known-crash.ts';
import type {Run} from './run-inputs.ts';
import {skippedStep, undriven} from './skipped.ts';

/** More lines of the kernel about peer-to-peer DMA than these are not kept of a run. */
const mostWords = 20;

/** What is known of a run while it goes on. */
export interface Draft {
  readonly steps: StepRecord[];
  readonly errors: Finding[];
  kernelSays: readonly string[];
  /** Where the guest hangs, if it does and that could be found out. */
  hang?: Crash | undefined;
  /** When it is. */
  at: Moment;
  /** The first, and when it came. */
  crash: (Pick<Crash, 'finding'> & Partial<Crash>) | undefined;
}

/** Outside all steps, or in one of them. */
export type Moment = NonNullable<FindingOf<'crash'>['parameters']['moment']>;

/** What reports a run's kernel is known for. */
interface Expecting {
  readonly known: KnownReports;
}

/** Boots a run's guest and drives its steps, one after the other. */
export async function runSteps(
  run: Run,
  known: KnownReports,
  draft: Draft,
  context: Context,
  boot: Boot,
): Promise<void> {
  const {plan, files, machine} = run;
  context.report({topic: plan.name, text: 'booting'});
  const guest = await boot(bootPlan(run), context);
  try {
    const log = new GuestLog(guest, files.folder);
    const memory = await checkTree(guest, run, draft);
    await listen(guest, log, {machine, files, known}, draft);
    if (draft.errors.length > 0) return;
    const scene: Scene = {
      topology: plan.topology,
      features: machine.kernel.features,
      missing: machine.kernel.missing,
      guest,
      disks: run.disks,
      pcaps: files.pcaps,
      memory,
      prototypes: new Prototypes(),
      asked: new Map(),
      unplugged: new Set(),
      folder: files.screens,
      timeoutScale: machine.variant.timeoutScale,
    };
    await mkdir(files.screens, {recursive: true});
    const {features} = machine.kernel;
    const modules = modulesBefore(machine.kernel.modules, plan.scenario.value);
    await sendModules(await machine.sent, guest);
    if (modules.length > 0) {
      draft.errors.push(...(await loadKernelModules(modules, plan.topology, guest)));
      await listen(guest, log, {machine, files, known}, draft);
    }
    if (draft.errors.length > 0) return;
    const served = servedEndpoints(features, plan.topology);
    for (const name of modules) await scene.prototypes.loaded(name, served, guest);
    await runEachStep({...run, known}, scene, log, draft, context);
  } catch (error) {
    if (error instanceof GuestError && error.failure.kind === 'hang')
      draft.hang = await whereItHangs(guest, machine, files.folder).catch(() => undefined);
    throw error;
  } finally {
    await guest.close();
  }
}

/**
 * Reads what the kernel has said until now, before anything else can add to it. The first report of its ill health is
 * kept, with the step in which it came; what is missing of the log is an error.
 */
async function listen(
  guest: Guest,
  log: GuestLog,
  {machine, files, known}: Pick<Run, 'machine' | 'files'> & Expecting,
  draft: Draft,
): Promise<Crash | undefined> {
  const passed = {known, excuses: (line: string): boolean => guest.excuses(line)};
  const {says, crash, errors} = await readHealth(log, machine, files.folder, passed);
  draft.kernelSays = [...draft.kernelSays, ...says].slice(0, mostWords);
  draft.errors.push(...errors);
  if (crash === undefined) return undefined;
  const before = draft.crash;
  if (before !== undefined && (!known.isHarmless(before.report) || known.isHarmless(crash.report)))
    return undefined;
  draft.crash = {...crash, finding: during(crash.finding, draft.at)};
  return crash;
}

/** A crash with when it came. */
export function during(finding: FindingOf<'crash'>, moment: Moment): FindingOf<'crash'> {
  return {...finding, parameters: {...finding.parameters, moment}};
}

/** A step that is wrong ends the run, unless each is judged by itself; a crash ends these. */
async function runEachStep(
  {plan, files, machine, known}: Pick<Run, 'plan' | 'files' | 'machine'> & Expecting,
  begun: Scene,
  log: GuestLog,
  draft: Draft,
  context: Context,
): Promise<void> {
  const {steps, continueOnFailure} = plan.scenario.value;
  let scene = begun;
  let unread = false;
  const listenLast = async (): Promise<Crash | undefined> => {
    unread = false;
    draft.errors.push(...(await runPostCommands(scene.guest, machine)));
    return listen(scene.guest, log, {machine, files, known}, draft);
  };
  for (const [index, step] of steps.entries()) {
    const skip = reasonToSkipStep(step, scene.topology, machine.kernel);
    if (skip !== undefined) {
      draft.steps.push(skippedStep(step, scene, skip));
      continue;
    }
    context.report({topic: plan.name, text: stepTitle(step)});
    draft.at = {when: 'step', number: index + 1, title: stepTitle(step)};
    const begun = performance.now();
    const acted = await act(step, scene, draft);
    unread = true;
    // Its log comes while the evidence is read.
    const last = index === steps.length - 1;
    const listening = last ? listenLast() : listen(scene.guest, log, {machine, files, known}, draft);
    // What the variant has the guest do at the end may be much.
    if (last && machine.variant.postCommands === undefined) context.idle?.();
    // Its request must be out before this thread is busy with the trace.
    await setImmediate();
    // What cannot be examined is told only once the kernel's own words are read.
    const [evaluated, heard] = await Promise.allSettled([judgeStep(acted, scene), listening]);
    for (const one of [heard, evaluated]) {
      if (one.status === 'fulfilled') continue;
      noteDeath(one.reason, {step, scene, begun}, draft);
      throw one.reason;
    }
    if (heard.status === 'rejected' || evaluated.status === 'rejected') return;
    const record = evaluated.value;
    const crash = heard.value;
    // A report that is known and harmless hides nothing else that is wrong with the step.
    const shown = known.isHarmless(crash?.report) && record.verdict !== 'pass' ? undefined : crash;
    draft.steps.push(
      shown === undefined ? record : {...record, ...judgement('crash', {finding: shown.finding})},
    );
    const ended = draft.crash !== undefined && !known.isHarmless(draft.crash.report);
    if (draft.errors.length > 0 || (continueOnFailure && ended)) return;
    scene = sceneAfter(step, record, scene);
    if (record.verdict === 'pass') continue;
    if (!continueOnFailure) return;
    // What it left on the disks is not held against those that come after it.
    await scene.disks.adopt();
  }
  // Where the last step was skipped, nobody has looked after those before it.
  draft.at = {when: 'after-steps'};
  if (unread) await listenLast();
}

/** What a step has changed for those that come after it: the tree, and what the kernel has worked out of it. */
function sceneAfter(step: Step, {verdict, expected}: StepRecord, scene: Scene): Scene {
  const passed = verdict === 'pass';
  const changed = passed ? verbOf(step).topologyAfter?.(step.options, scene.topology) : undefined;
  const topology = changed ?? scene.topology;
  const asked = askedAfter(scene, expected);
  const change = slotChangeOf(step);
  if (change === undefined) return {...scene, topology, asked};
  const unplugged = unpluggedAfter(change, scene);
  return {...scene, topology, unplugged, asked: forgotten(asked, unplugged)};
}

/** Acts a step; one that ends in no way of its own is recorded with the reason, and ends the run. */
async function act(step: Parameters<typeof actStep>[0], scene: Scene, draft: Draft): Promise<Acted> {
  const begun = performance.now();
  try {
    return await actStep(step, scene).catch(async (error: unknown) => {
      throw error instanceof CommandTimeout
        ? await explainTimeout(scene.guest, stepTitle(step), error)
        : error;
    });
  } catch (error) {
    noteDeath(error, {step, scene, begun}, draft);
    throw error;
  }
}

/** Notes the step in which a guest has died, or in which the host failed, if that is what the error says. */
function noteDeath(
  error: unknown,
  {step, scene, begun}: {readonly step: Step; readonly scene: Scene; readonly begun: number},
  draft: Draft,
): void {
  const durationMs = Math.round(performance.now() - begun);
  if (error instanceof HostError) {
    const finding = {code: 'host-error', parameters: {message: error.message}} as const;
    draft.steps.push({...undriven(step, scene), ...judgement('error', {finding}), durationMs});
  }
  if (!(error instanceof GuestError)) return;
  const {kind, reason: title} = error.failure;
  const finding = {code: 'crash', parameters: {kind, title}} as const;
  draft.steps.push({...undriven(step, scene), ...judgement('crash', {finding}), durationMs});
}

/** Before anything is driven: QEMU and the guest must both have the declared tree. */
async function checkTree(
  guest: Guest,
  {plan}: Run,
  draft: Draft,
): Promise<Awaited<ReturnType<typeof machineMemory>>> {
  const [answer, tree, memory] = await Promise.all([
    guest.qmp.execute('query-pci'),
    guest.run(treeCommand),
    machineMemory(guest, plan.topology),
  ]);
  const seen = readTree(tree);
  for (const difference of [
    ...checkAgainstQemu(plan.topology, answer),
    ...checkAgainstGuest(plan.topology, seen),
  ]) {
    draft.errors.push({code: 'topology-differs', parameters: {difference}});
  }
  return memory;
}
