// SPDX-License-Identifier: MIT
import type {Context} from '../../base/context.ts';
import {UsageError} from '../../base/errors.ts';
import {labRoot} from '../../base/paths.ts';
import {openDatabase} from '../../results/database/connect.ts';
import {mapCostChanges, type MapCostChange} from '../../results/queries/map-cost-changes.ts';
import {type NightlyRunResult, resultsOf} from '../../results/queries/nightly-runs.ts';
import {findSuite} from '../../spec/catalog.ts';
import {readSuite} from '../../spec/suite.ts';
import {queueUrl} from '../queue/queue.ts';
import {withTasks} from '../tasks.ts';
import {localExecution} from './local.ts';
import {regressionsOf} from './regressions.ts';
import {type NightlyResult, runNightly} from './run-nightly.ts';

/** What `p2plab nightly` was asked for. */
export interface NightlyOptions {
  /** A suite of lab/suites, or the path of such a file. */
  readonly suite: string;
  readonly qemu: string | undefined;
  readonly database: string | undefined;
  /** The number of processors that guests may use together; all if undefined. */
  readonly jobs: number | undefined;
  /** Whether workers make the runs. */
  readonly queue: boolean;
  /** Whether to resume a nightly run that was cut short. */
  readonly resume: boolean;
}

/** A nightly run that ended. */
export interface NightlyReport {
  readonly suite: string;
  readonly results: readonly NightlyResult[];
  readonly changes: readonly NightlyRunResult[];
  /** What mapping costs more than any kernel's file declares. */
  readonly regressions: readonly string[];
  readonly counted: readonly MapCostChange[];
}

/**
 * Runs a suite, on this host or by the workers of a queue, and compares it with the nightly runs before.
 * @param told receives each result once it is settled
 * @throws UsageError for a suite or options that are wrong
 */
export async function nightly(
  {suite: name, qemu, database, jobs, queue, resume}: NightlyOptions,
  told: (result: NightlyResult) => void,
  context: Context,
): Promise<NightlyReport> {
  const entry = findSuite(labRoot, name);
  const suite = {name: entry.name, spec: readSuite(labRoot, entry.file).value};
  if (queue && jobs !== undefined)
    throw new UsageError('--jobs does not go with --queue', {hint: 'each worker has its own --jobs'});
  const url = queue ? queueUrl(database) : database;
  return withTasks(context, async ({begin}) => {
    const connection = await begin({
      title: 'database',
      setup: () => openDatabase(url, context),
      teardown: (opened) => opened.close(),
    });
    const request = {suite, resume, database: connection};
    const ended =
      queue && url !== undefined
        ? await (await import('./queued.ts')).runQueued(request, {url, qemu}, told, context)
        : await runNightly(request, (own) => localExecution(suite, {qemu, jobs}, own), told, context);
    return {
      suite: suite.name,
      results: ended.results,
      changes: await resultsOf(connection.db, ended.nightlyRun),
      counted: await mapCostChanges(connection.db, ended.nightlyRun),
      regressions: await regressionsOf(ended.results),
    };
  });
}
