// SPDX-License-Identifier: MIT
import type {Context} from '../../base/context.ts';
import {UsageError} from '../../base/errors.ts';
import {contentKey} from '../../base/hash.ts';
import {labRoot} from '../../base/paths.ts';
import {qemuNames, stock} from '../../build/qemu.ts';
import {type Job, jobId} from '../queue/job.ts';
import {labKey} from '../queue/lab-key.ts';
import {Outstanding} from '../queue/outstanding.ts';
import {openQueue} from '../queue/queue.ts';
import type {SuiteRun} from './suite-runs.ts';
import {
  type Entry,
  findKernel,
  findVariant,
  listKernels,
  listVariants,
  listScenarios,
} from '../../spec/catalog.ts';
import type {Loaded} from '../schedule/packed.ts';
import {withTasks} from '../tasks.ts';
import {caseOf, type Planned, planRuns} from './plan-runs.ts';
import {
  type Attempted,
  type AttemptOf,
  type NightlyEnd,
  type NightlyRequest,
  type NightlyResult,
  runNightly,
  type Suite,
  type Backend,
} from './run-nightly.ts';

type Queued = Planned & Loaded;

/** Here all wait at the same time: it is the workers who have guests. */
const host = {cpus: Infinity, memory: Infinity};
const load = {cpus: 0, memory: 0};

/** Runs a suite by way of the queue at `url`: each attempt is made by any worker that has the same lab. */
export async function runQueued(
  request: NightlyRequest,
  {url, qemu}: {readonly url: string; readonly qemu: string | undefined},
  told: (result: NightlyResult) => void,
  context: Context,
): Promise<NightlyEnd> {
  await checkQemu(qemu);
  const planned = planRuns(request.suite.spec).map((one) => ({...one, load}));
  for (const {run} of planned) checkLab(run);
  const key = await labKey(labRoot);
  return withTasks(context, async ({begin}) => {
    const queue = await begin({
      title: 'queue',
      setup: () => openQueue(url, key, 'nightly', context),
      teardown: (opened) => opened.close(),
    });
    const outstanding = await begin({
      title: 'outstanding jobs',
      setup: () => new Outstanding(request.database.db, queue, context),
      teardown: (jobs) => jobs.close(),
    });
    const way = queuedBackend(request.suite, planned, {qemu, key, outstanding});
    return runNightly(request, () => Promise.resolve(way), told, context);
  });
}

function queuedBackend(
  {name: suite, spec}: Suite,
  planned: readonly Queued[],
  {
    qemu,
    key,
    outstanding,
  }: {readonly qemu: string | undefined; readonly key: string; readonly outstanding: Outstanding},
): Backend<Queued> {
  const attempt = async (
    one: Queued,
    {number, begun, recorder}: AttemptOf,
    context: Context,
  ): Promise<Attempted> => {
    const {run, plan, kernel} = one;
    const job: Job = {
      ...{run: run.id, scenario: plan.name, kernel: kernel.name, variant: run.variant},
      ...{attempt: number, nightlyRun: recorder.id},
      ...(spec.seconds !== undefined && {seconds: spec.seconds}),
      ...(qemu !== undefined && {qemu}),
    };
    const id = jobId({suite, begun}, run.id, number);
    const ended = await outstanding.make(id, job, context);
    if ('failed' in ended) {
      const reason = ended.failed;
      const unbegun = await recorder.addUnbegun({...caseOf(one), reason, qemu: qemu ?? '', mark: id});
      return {run: run.id, verdict: 'error', reason, durationMs: 0, qemu: qemu ?? '', unbegun};
    }
    const {name, verdict, reason, knownIssue, durationMs, qemu: ran, bundle} = ended.made;
    // It was recorded with the end of its job.
    recorder.note(name);
    return {
      ...{run: run.id, verdict, reason, durationMs, qemu: ran},
      ...(knownIssue !== undefined && {knownIssue}),
      ...(bundle === undefined ? {unbegun: name} : {bundle}),
    };
  };
  return {planned, key: contentKey([JSON.stringify(spec), key, qemu ?? '']), host, attempt};
}

function checkLab(run: SuiteRun): void {
  checkNamed('kernel', findKernel(labRoot, run.kernel), listKernels(labRoot));
  checkNamed('variant', findVariant(labRoot, run.variant), listVariants(labRoot));
  checkNamed('scenario', run.scenario, listScenarios(labRoot));
}

/** What is not in the lab is on no other host. */
function checkNamed(kind: string, {file}: Entry, known: readonly Entry[]): void {
  if (known.some((entry) => entry.file === file)) return;
  throw new UsageError(`workers on other hosts do not have the ${kind} ${file}`, {
    hint: `a queued nightly run is of what the lab has: put it into the checkout, on all hosts, and name it`,
  });
}

async function checkQemu(qemu: string | undefined): Promise<void> {
  if (qemu === undefined || qemu === stock.name) return;
  const names = await qemuNames();
  if (names.includes(qemu)) return;
  throw new UsageError(`workers on other hosts do not have the QEMU ${qemu}`, {
    hint: `name one of lab/qemu: ${[stock.name, ...names].join(', ')}`,
  });
}
