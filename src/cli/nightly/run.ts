// SPDX-License-Identifier: MIT
import {readFile} from 'node:fs/promises';
import {availableParallelism} from 'node:os';
import path from 'node:path';
import type {Context} from '../../base/context.ts';
import {Interrupted, LabError} from '../../base/errors.ts';
import {contentKey} from '../../base/hash.ts';
import {withLock} from '../../base/lock.ts';
import {availableMemory} from '../../base/memory.ts';
import {labRoot, stateRoot} from '../../base/paths.ts';
import {type Load, nextToRun} from '../../plan/packing.ts';
import {type Outcome, settle} from '../../results/outcome.ts';
import {type SuiteRun, suiteRuns} from '../../plan/suite.ts';
import {Journal, type JournalEntry} from '../../results/journal.ts';
import {describeQemu} from '../../guest/qemu-binary.ts';
import {type Machine, Machines} from '../../scenario/machine.ts';
import {planScenario, type ScenarioPlan} from '../../scenario/plan.ts';
import {findScenarios} from '../../spec/catalog.ts';
import type {SuiteSpec} from '../../spec/suite.ts';
import {runOne} from '../run-all.ts';
import {inLane, selectKernel} from '../select-kernel.ts';

/** What `nightly` was asked for. */
export interface NightlyRequest {
  readonly suite: {readonly name: string; readonly spec: SuiteSpec};
  readonly qemu: string | undefined;
  /** Processors that guests may have; all if it is not said. */
  readonly jobs?: number | undefined;
  /** Not to go on with a night that was cut short. */
  readonly fresh: boolean;
}

/** What came of a run, settled. */
export interface NightlyResult {
  readonly run: SuiteRun;
  readonly outcome: Outcome;
  readonly attempts: readonly JournalEntry[];
}

/** What a guest takes beside its own memory: QEMU, its translated code, and what the lab reads. */
const overhead = 256 * 2 ** 20;

/** A run with what it needs, or the reason why it cannot be made. */
interface Prepared {
  readonly run: SuiteRun;
  readonly plan: ScenarioPlan;
  readonly machine: Machine | LabError;
}

/**
 * Runs a suite: builds each kernel once, packs guests so that the host bears them, runs what goes wrong again,
 * and writes down each attempt, so that one that is killed goes on where it was. One at a time on a machine.
 */
export async function runNightly(
  request: NightlyRequest,
  told: (result: NightlyResult) => void,
  context: Context,
): Promise<readonly NightlyResult[]> {
  const lock = path.join(stateRoot, 'nightly', 'lock');
  return withLock(lock, 'nightly', context, () => runLocked(request, told, context));
}

async function runLocked(
  {suite, qemu, jobs, fresh}: NightlyRequest,
  told: (result: NightlyResult) => void,
  context: Context,
): Promise<readonly NightlyResult[]> {
  const {retries} = suite.spec;
  const prepared = await prepare(suite.spec, qemu, context);
  const journal = await Journal.open(suite.name, await keyOf(suite, prepared), fresh);
  const attempts = new Map<string, JournalEntry[]>();
  for (const entry of journal.entries) attempts.set(entry.run, [...(attempts.get(entry.run) ?? []), entry]);
  const results = new Map<string, NightlyResult>();
  const settled = ({run, machine}: Prepared): boolean => {
    const own = attempts.get(run.id) ?? [];
    // What does not build does not build the next time either.
    const outcome = settle(own, machine instanceof LabError ? 0 : retries);
    if (outcome === undefined) return false;
    const result = {run, outcome, attempts: own};
    results.set(run.id, result);
    told(result);
    return true;
  };
  const queue = prepared.filter((one) => !settled(one));
  const host = {cpus: jobs ?? availableParallelism(), memory: availableMemory() * 0.9};
  try {
    await packed(queue, host, context, async (one, together) => {
      do {
        const entry = await attempt(one, together);
        await journal.add(entry);
        attempts.set(one.run.id, [...(attempts.get(one.run.id) ?? []), entry]);
      } while (!settled(one));
    });
    await journal.close(true);
  } catch (error) {
    await journal.close(false);
    throw error;
  }
  return prepared.flatMap(({run}) => results.get(run.id) ?? []);
}

/** Builds the kernels, one after the other; one that does not build is an error of its runs alone. */
async function prepare(
  spec: SuiteSpec,
  qemu: string | undefined,
  context: Context,
): Promise<readonly Prepared[]> {
  const machines = new Map<string, Machines>();
  const prepared: Prepared[] = [];
  for (const run of suiteRuns(spec, (patterns) => findScenarios(labRoot, patterns))) {
    const plan = planScenario(run.scenario, spec.seconds);
    const key = `${run.kernel} ${run.lane}`;
    const {kernel, lane} = inLane(selectKernel(run.kernel, []), run.lane);
    const own = machines.get(key) ?? new Machines(kernel, qemu, context, {lane});
    machines.set(key, own);
    const machine = await own.for(plan.topology).catch((error: unknown) => {
      if (!(error instanceof LabError) || error instanceof Interrupted || context.signal.aborted) throw error;
      return error;
    });
    prepared.push({run, plan, machine});
  }
  return prepared;
}

/** Stands for all that the runs depend on: a night of other kernels is another night. */
async function keyOf(suite: NightlyRequest['suite'], prepared: readonly Prepared[]): Promise<string> {
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

async function attempt({run, plan, machine}: Prepared, context: Context): Promise<JournalEntry> {
  if (machine instanceof LabError) {
    return {run: run.id, verdict: 'error', reason: machine.message, durationMs: 0, qemu: ''};
  }
  const {verdict, reason, gap, durationMs, qemu, bundle} = await runOne(plan, machine, false, context);
  return {run: run.id, verdict, reason, durationMs, qemu, bundle, ...(gap !== undefined && {gap})};
}

/** Works on all that waits, as much at the same time as fits the host. The first error ends it. */
async function packed(
  queue: readonly Prepared[],
  host: Load,
  context: Context,
  work: (one: Prepared, context: Context) => Promise<void>,
): Promise<void> {
  const broken = new AbortController();
  const together = {...context, signal: AbortSignal.any([context.signal, broken.signal])};
  const waiting = queue.map((one) => ({one, load: loadOf(one.plan)}));
  const running = new Map<Promise<void>, Load>();
  try {
    for (;;) {
      const next = nextToRun(
        waiting.map(({load}) => load),
        [...running.values()],
        host,
      );
      if (next === undefined) {
        if (running.size === 0) return;
        await Promise.race(running.keys());
        continue;
      }
      const [begun] = waiting.splice(next, 1);
      if (begun === undefined) return;
      const ended: Promise<void> = work(begun.one, together).finally(() => running.delete(ended));
      running.set(ended, begun.load);
    }
  } catch (error) {
    broken.abort();
    throw error;
  } finally {
    await Promise.allSettled(running.keys());
  }
}

function loadOf({topology}: ScenarioPlan): Load {
  return {cpus: topology.spec.cpus, memory: topology.spec.memory + overhead};
}
