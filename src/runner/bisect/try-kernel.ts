// SPDX-License-Identifier: MIT
import type {Context} from '../../base/context.ts';
import {BuildError} from '../../base/errors.ts';
import type {KernelRecipe} from '../../build/kernel.ts';
import {type Mark, markOf, type Seen, type Symptom} from './symptom.ts';
import {fingerprintOf} from '../../results/fingerprint.ts';
import {type Variant, Machines} from '../../scenario/machine.ts';
import {planScenario} from '../../scenario/plan.ts';
import type {Entry} from '../../spec/catalog.ts';
import {type Result, runOne} from '../run-all.ts';

/** What is run on each kernel that is tried. */
export interface Trial {
  readonly entries: readonly Entry[];
  readonly variant: Variant;
  readonly modules: Readonly<Record<string, string>>;
  readonly qemu: string | undefined;
}

/** What came of a kernel. */
export interface Tried {
  readonly mark: Mark;
  readonly why: string;
  readonly results: readonly Result[];
}

/** Builds a kernel and runs all scenarios on it, `times` times; stops at the first run that `until` holds for. */
export async function runKernel(
  kernel: KernelRecipe,
  {entries, variant, modules, qemu}: Trial,
  {times, until}: {readonly times: number; readonly until?: (result: Result) => boolean},
  context: Context,
): Promise<readonly Result[]> {
  const machines = new Machines(kernel, qemu, context, {variant, modules});
  const results: Result[] = [];
  for (let time = 0; time < times; time++) {
    for (const entry of entries) {
      const plan = planScenario(entry);
      const result = await runOne(plan, await machines.for(plan.topology), false, context);
      results.push(result);
      if (until?.(result) === true) return results;
    }
  }
  return results;
}

/** What a kernel is, by whether the symptom shows: one that does not build says nothing. */
export async function tryKernel(
  kernel: KernelRecipe,
  trial: Trial,
  {symptom, repeats}: {readonly symptom: Symptom; readonly repeats: number},
  context: Context,
): Promise<Tried> {
  try {
    const until = (result: Result): boolean => markOf([seen(result)], symptom).mark !== 'good';
    const results = await runKernel(kernel, trial, {times: repeats, until}, context);
    return {...markOf(results.map(seen), symptom), results};
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    // What does not compile is told in its first line, and why in the next.
    const [what = '', why = ''] = error.message.split('\n');
    return {mark: 'skip', why: `it does not build: ${`${what} ${why.trim()}`.trim()}`, results: []};
  }
}

/** A run as a search sees it. */
export function seen(result: Result): Seen {
  const {verdict, reason, knownIssue} = result;
  return {verdict, reason, fingerprint: fingerprintOf(result)?.key, knownIssue};
}
