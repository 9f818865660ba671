// SPDX-License-Identifier: MIT
import {UsageError} from '../../base/errors.ts';
import type {Database} from '../database/tables.ts';
import {listRuns} from '../queries/list.ts';
import {type Run, runOf} from '../queries/run.ts';

/**
 * Returns the runs of a nightly run, or the newest ones, the oldest first.
 * @throws UsageError if there is none: a document without tests reads as one in which all is well
 */
export async function selectRuns(
  db: Database,
  {nightlyRun, limit}: {readonly nightlyRun?: number | undefined; readonly limit: number},
): Promise<readonly Run[]> {
  const listed = await listRuns(
    db,
    nightlyRun === undefined ? {limit} : {nightlyRun, limit: Number.MAX_SAFE_INTEGER},
  );
  const runs: Run[] = [];
  for (const {id} of listed.toReversed()) {
    const run = await runOf(db, id);
    // It may have been pruned a moment ago.
    if (run !== undefined) runs.push(run);
  }
  if (runs.length === 0)
    throw new UsageError(
      nightlyRun === undefined ? 'no run is recorded' : `no run of nightly run ${nightlyRun} is recorded`,
      {
        hint: './p2plab results list --nightly-runs shows what there is',
      },
    );
  return runs;
}
