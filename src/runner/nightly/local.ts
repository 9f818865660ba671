// SPDX-License-Identifier: MIT
import {readFile} from 'node:fs/promises';
import {availableParallelism} from 'node:os';
import type {Context} from '../../base/context.ts';
import {Interrupted, LabError} from '../../base/errors.ts';
import {contentKey} from '../../base/hash.ts';
import {availableMemory} from '../../base/memory.ts';
import {describeQemu} from '../../guest/qemu-binary.ts';
import type {Load} from '../schedule/packing.ts';
import {type Machine, Machines} from '../../scenario/machine.ts';
import type {ScenarioPlan} from '../../scenario/plan.ts';
import {runOne} from '../run-all.ts';
import {caseOf, type Planned, planRuns} from './plan-runs.ts';
import type {Attempted, Suite, Backend} from './run-nightly.ts';
import type {NightlyRunRecorder} from '../../results/nightly-run-recorder.ts';

/** What a guest takes beside its own memory: QEMU, its translated code, and what the lab reads. */
const overhead = 256 * 2 ** 20;

/** A run with what it needs, or the reason why it cannot be made. */
interface Prepared extends Planned {
  readonly machine: Machine | LabError;
  readonly load: Load;
}

/**
 * The way of one machine: it builds each kernel once, and packs guests so that the host bears them.
 * @param jobs processors that guests may have; all if it is not said
 */
export async function localExecution(
  suite: Suite,
  {qemu, jobs}: {readonly qemu: string | undefined; readonly jobs?: number | undefined},
  context: Context,
): Promise<Backend<Prepared>> {
  const planned = await prepare(suite, qemu, context);
  return {
    planned,
    key: await keyOf(suite, planned),
    host: {cpus: jobs ?? availableParallelism(), memory: availableMemory() * 0.9},
    attempt: (one, {recorder}, together) => attempt(one, recorder, together),
  };
}

/** Builds the kernels, one after the other; one that does not build is an error of its runs alone. */
async function prepare(
  {spec}: Suite,
  qemu: string | undefined,
  context: Context,
): Promise<readonly Prepared[]> {
  const machines = new Map<string, Machines>();
  const prepared: Prepared[] = [];
  for (const one of planRuns(spec)) {
    const {run, plan, kernel, variant} = one;
    const key = `${run.kernel} ${run.variant}`;
    const own = machines.get(key) ?? new Machines(kernel, qemu, context, {variant});
    machines.set(key, own);
    const machine = await own.for(plan.topology).catch((error: unknown) => {
      if (!(error instanceof LabError) || error instanceof Interrupted || context.signal.aborted) throw error;
      return error;
    });
    prepared.push({...one, machine, load: loadOf(plan)});
  }
  return prepared;
}

/** Stands for all that the runs depend on: a nightly run of other kernels is another nightly run. */
async function keyOf(suite: Suite, prepared: readonly Prepared[]): Promise<string> {
  const files = [
    ...new Set(prepared.flatMap(({plan}) => [plan.scenario.file, plan.stepsFile, plan.topologyFile])),
  ];
  const contents = await Promise.all(files.map(async (file) => [file, await readFile(file, 'utf8')]));
  const made = prepared.map(({run, machine}) =>
    machine instanceof LabError
      ? [run.id, machine.message]
      : [run.id, machine.kernel.key, machine.image.file, machine.qemu.path, describeQemu(machine.qemu)],
  );
  return contentKey([JSON.stringify(suite.spec), contents, made]);
}

async function attempt(one: Prepared, recorder: NightlyRunRecorder, context: Context): Promise<Attempted> {
  const {run, plan, machine} = one;
  if (machine instanceof LabError) {
    const reason = machine.message;
    const unbegun = await recorder.addUnbegun({...caseOf(one), reason, qemu: ''});
    return {run: run.id, verdict: 'error', reason, durationMs: 0, qemu: '', unbegun};
  }
  const {verdict, reason, knownIssue, durationMs, qemu, bundle} = await runOne(plan, machine, false, context);
  return {
    run: run.id,
    verdict,
    reason,
    durationMs,
    qemu,
    bundle,
    ...(knownIssue !== undefined && {knownIssue}),
  };
}

function loadOf({topology}: ScenarioPlan): Load {
  return {cpus: topology.spec.cpus, memory: topology.spec.memory + overhead};
}
