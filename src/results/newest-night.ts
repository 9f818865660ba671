// SPDX-License-Identifier: MIT
import {UsageError} from '../base/errors.ts';
import type {Database} from './database/tables.ts';
import {latestNightlyRuns} from './queries/nightly-runs.ts';

/**
 * Returns the number of the newest nightly run that ended, of a suite or of all.
 * @throws UsageError if there is none
 */
export async function newestNightlyRun(db: Database, suite: string | undefined): Promise<number> {
  const found = (await latestNightlyRuns(db)).find(
    (nightlyRun) => suite === undefined || nightlyRun.suite === suite,
  );
  if (found !== undefined) return found.id;
  throw new UsageError(
    suite === undefined ? 'no nightly run has ended yet' : `no nightly run of ${suite} has ended yet`,
    {hint: './p2plab nightly runs one; ./p2plab results list --nightly-runs shows what there is'},
  );
}
