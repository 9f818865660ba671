// SPDX-License-Identifier: MIT
import path from 'node:path';
import type {Context} from '../../base/context.ts';
import {UsageError} from '../../base/errors.ts';
import {withLock} from '../../base/lock.ts';
import {stateRoot} from '../../base/paths.ts';
import type {Load} from '../schedule/packing.ts';
import type {SuiteRun} from './suite-runs.ts';
import type {Connection} from '../../results/database/connect.ts';
import type {CaseOutcome} from '../../results/database/nightly-runs.ts';
import {thisHost} from '../../results/host.ts';
import {labId} from '../../results/lab-id.ts';
import {Journal, type JournalEntry} from '../../results/journal.ts';
import {NightlyRunRecorder} from '../../results/nightly-run-recorder.ts';
import type {Outcome} from '../../results/outcome.ts';
import type {SuiteSpec} from '../../spec/suite.ts';
import {type Loaded, packed} from '../schedule/packed.ts';
import {settle} from '../retry-policy.ts';
import {withTasks} from '../tasks.ts';
import {caseOf, type Planned} from './plan-runs.ts';

/** A suite, and what it is called. */
export interface Suite {
  readonly name: string;
  readonly spec: SuiteSpec;
}

/** What `nightly` was asked for. */
export interface NightlyRequest {
  readonly suite: Suite;
  /** Whether to continue a run that was interrupted. */
  readonly resume: boolean;
  /** Where results are recorded. */
  readonly database: Connection;
}

/** A nightly run that came to its end. */
export interface NightlyEnd {
  /** Its number in the database. */
  readonly nightlyRun: number;
  readonly results: readonly NightlyResult[];
}

/** What came of a run, settled. */
export interface NightlyResult {
  readonly run: SuiteRun;
  readonly outcome: Outcome;
  readonly attempts: readonly JournalEntry[];
}

/** What came of an attempt, for the journal. */
export type Attempted = JournalEntry;

/** Which attempt is to be made, of which nightly run. */
export interface AttemptOf {
  /** From 1 on. */
  readonly number: number;
  /** When the nightly run began, ISO 8601: with the suite it names the nightly run. */
  readonly begun: string;
  readonly recorder: NightlyRunRecorder;
}

/** A way to make the runs of a nightly run: on this machine, or by whoever takes them from a queue. */
export interface Backend<T extends Planned & Loaded> {
  readonly planned: readonly T[];
  /** Stands for all that the runs depend on: a nightly run of other kernels is another nightly run. */
  readonly key: string;
  /** What runs may take together. */
  readonly host: Load;
  readonly attempt: (one: T, of: AttemptOf, context: Context) => Promise<Attempted>;
}

/**
 * Runs a suite: runs what goes wrong again, and writes down each attempt, so that one that is killed goes on where
 * it was. One at a time on a machine.
 * @param prepare makes all ready for the runs
 */
export async function runNightly<T extends Planned & Loaded>(
  request: NightlyRequest,
  prepare: (context: Context) => Promise<Backend<T>>,
  told: (result: NightlyResult) => void,
  context: Context,
): Promise<NightlyEnd> {
  const lock = path.join(stateRoot, 'nightly', 'lock');
  return withLock(lock, 'nightly', context, async () =>
    runWay(request, await prepare(context), told, context),
  );
}

async function runWay<T extends Planned & Loaded>(
  {suite, resume, database}: NightlyRequest,
  {planned, key, host, attempt}: Backend<T>,
  told: (result: NightlyResult) => void,
  context: Context,
): Promise<NightlyEnd> {
  return withTasks(context, async ({begin}) => {
    const journal = await begin({
      title: 'journal',
      setup: () => Journal.open(suite.name, key, resume),
      teardown: (opened) => opened.close(),
    });
    const {begun} = journal;
    const head = {
      suite: suite.name,
      begun,
      host: thisHost().name,
      lab: await labId(stateRoot),
      planned: planned.length,
    };
    const recorder = await NightlyRunRecorder.open(database, head, context);
    await recordAnew(recorder, journal.entries, context);
    const attempts = new Map<string, JournalEntry[]>();
    for (const entry of journal.entries) attempts.set(entry.run, [...(attempts.get(entry.run) ?? []), entry]);
    const results = new Map<string, NightlyResult>();
    const settled = ({run}: Planned): boolean => {
      const own = attempts.get(run.id) ?? [];
      const outcome = settle(own, suite.spec.retries);
      if (outcome === undefined) return false;
      const result = {run, outcome, attempts: own};
      results.set(run.id, result);
      told(result);
      return true;
    };
    const queue = planned.filter((one) => !settled(one));
    await packed(queue, host, context, async (one, together) => {
      const {id} = one.run;
      const own = attempts.get(id) ?? [];
      const entry = await attempt(one, {number: own.length + 1, begun, recorder}, together);
      await journal.add(entry);
      if (entry.bundle !== undefined) await recorder.add(entry.bundle);
      attempts.set(id, [...own, entry]);
      return settled(one) ? 'done' : 'again';
    });
    await recorder.end(planned.flatMap((one) => caseOutcome(one, results.get(one.run.id)) ?? []));
    await journal.end();
    return {nightlyRun: recorder.id, results: planned.flatMap(({run}) => results.get(run.id) ?? [])};
  });
}

/** What was journalled by a lab that was killed before it was recorded. */
async function recordAnew(
  recorder: NightlyRunRecorder,
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

/** A run's case, and what came of it. */
function caseOutcome(one: Planned, result: NightlyResult | undefined): CaseOutcome | undefined {
  const last = result?.attempts.at(-1);
  if (result === undefined || last === undefined) return undefined;
  const run = last.bundle === undefined ? last.unbegun : path.basename(last.bundle);
  return {...caseOf(one), outcome: result.outcome, attempts: result.attempts.length, run};
}
