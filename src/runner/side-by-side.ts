// SPDX-License-Identifier: MIT
import type {Context} from '../base/context.ts';
import {BuildError, type LabError} from '../base/errors.ts';
import type {KernelRecipe} from '../build/kernel.ts';
import {pool} from './schedule/pool.ts';
import {type Variant, Machines} from '../scenario/machine.ts';
import {planScenario} from '../scenario/plan.ts';
import type {Entry} from '../spec/catalog.ts';
import {type Result, runOne} from './run-all.ts';
import {recording} from './run-recorder.ts';
import {withTasks} from './tasks.ts';

/** One kernel of several that run the same. */
export interface Candidate {
  readonly kernel: KernelRecipe;
  readonly modules?: Readonly<Record<string, string>>;
}

/** What is run on each of them. */
export interface SideBySide {
  readonly entries: readonly Entry[];
  readonly candidates: readonly Candidate[];
  readonly variant: Variant;
  readonly qemu: string | undefined;
  readonly jobs: number;
  readonly seconds?: number | undefined;
}

/** What one kernel came to: a result for each scenario, in order; or why it could not be built. */
export type Column = {readonly results: readonly Result[]} | {readonly unbuilt: LabError};

/**
 * Runs the same scenarios on several kernels: builds them one after the other, then takes the runs scenario by scenario,
 * so that what is compared ran at the same time.
 */
async function sideBySide(
  {entries, candidates, variant, qemu, jobs, seconds}: SideBySide,
  told: (result: Result, candidate: number) => void,
  context: Context,
): Promise<readonly Column[]> {
  const plans = entries.map((entry) => planScenario(entry, seconds));
  const prepared: (Machines | BuildError)[] = [];
  for (const {kernel, modules = {}} of candidates) {
    const machines = new Machines(kernel, qemu, context, {variant, modules});
    try {
      for (const {topology} of plans) await machines.for(topology);
      prepared.push(machines);
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      prepared.push(error);
    }
  }
  const pieces = plans.flatMap((plan, row) =>
    prepared.map((machines, candidate) => ({plan, row, machines, candidate})),
  );
  const results = candidates.map((): Result[] => []);
  await pool(jobs, pieces, context, async ({plan, row, machines, candidate}, together) => {
    if (machines instanceof BuildError) return;
    const result = await runOne(plan, await machines.for(plan.topology), false, together);
    const column = results[candidate];
    if (column !== undefined) column[row] = result;
    told(result, candidate);
  });
  return prepared.map((machines, candidate) =>
    machines instanceof BuildError ? {unbuilt: machines} : {results: results[candidate] ?? []},
  );
}

/**
 * Runs {@link sideBySide} and records each run.
 * @param warn is called with the reason if runs were not recorded
 */
export function recordedSideBySide(
  request: SideBySide,
  {database, warn}: {readonly database: string | undefined; readonly warn: (text: string) => void},
  ended: (result: Result) => void,
  context: Context,
): Promise<readonly Column[]> {
  return withTasks(context, async ({begin}) => {
    const recorder = await begin(recording(database, warn));
    const record = (result: Result): void => {
      recorder.add(result.bundle);
      ended(result);
    };
    return sideBySide(request, record, context);
  });
}
