// SPDX-License-Identifier: MIT
import {readFile} from 'node:fs/promises';
import {availableParallelism} from 'node:os';
import path from 'node:path';
import type {Context} from '../../base/context.ts';
import {Interrupted, LabError, UsageError} from '../../base/errors.ts';
import {contentKey} from '../../base/hash.ts';
import {withLock} from '../../base/lock.ts';
import {availableMemory} from '../../base/memory.ts';
import {labRoot, stateRoot} from '../../base/paths.ts';
import {type Load, nextToRun} from '../../plan/packing.ts';
import {type Outcome, settle} from '../../results/outcome.ts';
import {type SuiteRun, suiteRuns} from '../../plan/suite.ts';
import type {Connection} from '../../results/database/connect.ts';
import type {CaseOutcome} from '../../results/database/nights.ts';
import type {Case} from '../../results/database/record.ts';
import {thisHost} from '../../results/host.ts';
import {Journal, type JournalEntry} from '../../results/journal.ts';
import {NightRecorder} from '../../results/night-recorder.ts';
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
  /** Where results are recorded. */
  readonly database: Connection;
}

/** A night that came to its end. */
export interface NightlyEnd {
  /** Its number in the database. */
  readonly night: number;
  readonly results: readonly NightlyResult[];
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
  /** The kernel's name, as its runs have it. */
  readonly kernel: string;
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
): Promise<NightlyEnd> {
  const lock = path.join(stateRoot, 'nightly', 'lock');
  return withLock(lock, 'nightly', context, () => runLocked(request, told, context));
}

async function runLocked(
  {suite, qemu, jobs, fresh, database}: NightlyRequest,
  told: (result: NightlyResult) => void,
  context: Context,
): Promise<NightlyEnd> {
  const {retries} = suite.spec;
  const prepared = await prepare(suite.spec, qemu, context);
  const journal = await Journal.open(suite.name, await keyOf(suite, prepared), fresh);
  const head = {suite: suite.name, begun: journal.begun, host: thisHost().name, planned: prepared.length};
  const recorder = await NightRecorder.open(database, head, context);
  await recordAnew(recorder, journal.entries, context);
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
        const entry = await attempt(one, recorder, together);
        await journal.add(entry);
        if (entry.bundle !== undefined) await recorder.add(entry.bundle);
        attempts.set(one.run.id, [...(attempts.get(one.run.id) ?? []), entry]);
      } while (!settled(one));
    });
    await recorder.end(prepared.flatMap((one) => caseOutcome(one, results.get(one.run.id)) ?? []));
    await journal.close(true);
  } catch (error) {
    await journal.close(false);
    throw error;
  }
  return {night: recorder.id, results: prepared.flatMap(({run}) => results.get(run.id) ?? [])};
}

/** What was journalled by a lab that was killed before it was recorded. */
async function recordAnew(
  recorder: NightRecorder,
  entries: readonly JournalEntry[],
  context: Context,
): Promise<void> {
  for (const {bundle} of entries) {
    if (bundle === undefined) continue;
    await recorder.add(bundle).catch((error: unknown) => {
      if (!(error instanceof UsageError)) throw error;
      context.report({topic: 'database', text: `a run is left out: ${error.message}`});
    });
  }
}

/** A run's case, as its bundle names it, and what came of it. */
function caseOutcome(one: Prepared, result: NightlyResult | undefined): CaseOutcome | undefined {
  const last = result?.attempts.at(-1);
  if (result === undefined || last === undefined) return undefined;
  const run = last.bundle === undefined ? last.unbegun : path.basename(last.bundle);
  return {...caseOf(one), outcome: result.outcome, attempts: result.attempts.length, run};
}

function caseOf({run, plan, kernel}: Prepared): Case {
  return {scenario: plan.name, topology: plan.topology.name, lane: run.lane, kernel};
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
    prepared.push({run, plan, kernel: kernel.name, machine});
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

async function attempt(one: Prepared, recorder: NightRecorder, context: Context): Promise<JournalEntry> {
  const {run, plan, machine} = one;
  if (machine instanceof LabError) {
    const reason = machine.message;
    const unbegun = await recorder.addUnbegun({...caseOf(one), reason, qemu: ''});
    return {run: run.id, verdict: 'error', reason, durationMs: 0, qemu: '', unbegun};
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
