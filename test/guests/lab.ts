// SPDX-License-Identifier: MIT
import {temporary} from './temporary-state.ts';
import path from 'node:path';
import type {Context} from '../../src/base/context.ts';
import {labRoot} from '../../src/base/paths.ts';
import type {ArchitectureName} from '../../src/spec/architecture.ts';
import {ensureGuestTool} from '../../src/build/guest-tool.ts';
import {ensureModules} from '../../src/build/modules.ts';
import {selectKernel} from '../../src/runner/select-kernel.ts';
import {ensureImage} from '../../src/image/initramfs.ts';
import {createBundle, finishBundle} from '../../src/results/bundle.ts';
import {type Machine, prepareMachine} from '../../src/scenario/machine.ts';
import {planScenario} from '../../src/scenario/plan.ts';
import type {RunRecord} from '../../src/scenario/record.ts';
import {runScenario} from '../../src/scenario/run.ts';

/** The QEMU that guests run on where a test does not say otherwise: whether it is built makes no difference. */
export const qemu = 'routed';

/** A context that nobody interrupts. */
export const context: Context = {signal: new AbortController().signal, report: () => undefined};

/** A kernel of the lab by name, with series on top, and all that guests of it need. */
export async function machineOf(
  kernel: string,
  series: readonly string[] = [],
  arch: ArchitectureName = 'x86_64',
): Promise<Machine> {
  const files = series.map((name) => path.join(labRoot, name));
  return prepareMachine({...selectKernel(kernel, {series: files}), arch}, qemu, context);
}

/** The same machine with a module in its image that is no part of the lab. */
export async function withModule(machine: Machine, folder: string): Promise<Machine> {
  const [tool, modules] = await Promise.all([
    ensureGuestTool(machine.kernel.arch, context),
    ensureModules(machine.kernel, [path.resolve(import.meta.dirname, folder)], [], context),
  ]);
  return {...machine, image: await ensureImage({arch: machine.kernel.arch, tool, modules}, context)};
}

/** A run's record and its bundle's folder, which goes when the test's process ends. */
export interface Outcome extends RunRecord {
  readonly bundle: string;
}

/** Runs one scenario, given by its name and its file, and keeps all of its bundle. */
export async function runFile(machine: Machine, name: string, file: string): Promise<Outcome> {
  const run = await createBundle(planScenario({name, file}), machine);
  const record = await runScenario(run, context);
  await finishBundle(run, record, true);
  return {...record, bundle: run.files.folder};
}

/** Runs a scenario of this test's own: test/guests/scenarios/NAME.yaml. */
export async function runOwn(machine: Machine, name: string): Promise<Outcome> {
  return runFile(machine, name, path.join(import.meta.dirname, 'scenarios', `${name}.yaml`));
}

/**
 * The ledger of all steps, as `INITIATOR DIRECTION TARGET BYTES`, added up and sorted: where pages and BARs
 * lie is the firmware's and the kernel's choice.
 */
export function flows({steps}: RunRecord): readonly string[] {
  const sums = new Map<string, number>();
  for (const {initiator, direction, target, bytes} of steps.flatMap(({ledger}) => ledger)) {
    const flow = `${initiator} ${direction} ${target}`;
    sums.set(flow, (sums.get(flow) ?? 0) + bytes);
  }
  return [...sums].map(([flow, bytes]) => `${flow} ${bytes}`).toSorted();
}

/** The names of all checks that rest on what the host saw. */
export function proofs({steps}: RunRecord): readonly string[] {
  const checks = steps.flatMap((step) => step.checks);
  return checks.filter(({witness}) => witness === 'host').map(({name}) => name);
}

export {temporary};
