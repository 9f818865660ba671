// SPDX-License-Identifier: MIT
import type {Context} from '../base/context.ts';
import type {KernelRecipe} from '../build/kernel.ts';
import {pool} from './schedule/pool.ts';
import {createBundle, discardBundle, finishBundle} from '../results/bundle.ts';
import {type Variant, type Machine, Machines} from '../scenario/machine.ts';
import {planScenario, type ScenarioPlan} from '../scenario/plan.ts';
import type {ReportedRun} from '../results/reported.ts';
import {runScenario} from '../scenario/run.ts';

/** What `run` was asked for. */
export interface Request {
  readonly entries: readonly {readonly name: string; readonly file: string}[];
  readonly kernel: KernelRecipe;
  /** The plain one if not given. */
  readonly variant?: Variant;
  /** Folders of modules in place of those of images/modules, or besides them, by name. */
  readonly modules?: Readonly<Record<string, string>>;
  readonly qemu: string | undefined;
  readonly jobs: number;
  /** How long mixed loads last, if not as their scenarios say. */
  readonly seconds?: number | undefined;
  readonly keep: boolean;
}

export type Result = ReportedRun;

/** Whoever wants to know of results as they come. */
export interface ResultListener {
  /** What is run, before anything is built for it. */
  readonly begin?: (request: Request) => void;
  /** All that is needed is built. */
  readonly prepared?: () => void;
  readonly result: (result: Result) => void;
}

/**
 * Checks all files, builds what is needed, then runs the scenarios, several at a time. Results are in order.
 * An error that is no run's verdict ends them all, before it is thrown.
 */
export async function runAll(
  request: Request,
  listener: ResultListener,
  context: Context,
): Promise<readonly Result[]> {
  const plans = request.entries.map((entry) => planScenario(entry, request.seconds));
  listener.begin?.(request);
  const {variant, modules} = request;
  const variation = {...(variant !== undefined && {variant}), ...(modules !== undefined && {sent: modules})};
  const machines = new Machines(request.kernel, request.qemu, context, variation);
  // One after the other: each compiles with all processors.
  for (const {topology} of plans) await machines.for(topology);
  listener.prepared?.();
  const results: Result[] = [];
  await pool(request.jobs, plans, context, async (plan, together, index) => {
    const result = await runOne(plan, await machines.for(plan.topology), request.keep, together);
    results[index] = result;
    listener.result(result);
  });
  return results;
}

/** Runs one scenario, and keeps its bundle. */
export async function runOne(
  plan: ScenarioPlan,
  machine: Machine,
  keep: boolean,
  context: Context,
): Promise<Result> {
  const run = await createBundle(plan, machine);
  try {
    const record = await finishBundle(run, await runScenario(run, context), keep);
    return {...record, bundle: run.files.folder};
  } catch (error) {
    await discardBundle(run);
    throw error;
  }
}
