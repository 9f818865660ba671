// SPDX-License-Identifier: MIT
import {UsageError} from '../base/errors.ts';
import type {Database} from './database/tables.ts';
import {latestNights} from './queries/night.ts';

/**
 * Returns the number of the newest nightly run that ended, of a suite or of all.
 * @throws UsageError if there is none
 */
export async function newestNight(db: Database, suite: string | undefined): Promise<number> {
  const found = (await latestNights(db)).find((night) => suite === undefined || night.suite === suite);
  if (found !== undefined) return found.id;
  throw new UsageError(
    suite === undefined ? 'no night has ended yet' : `no night of ${suite} has ended yet`,
    {hint: './p2plab nightly runs one; ./p2plab results list --nights shows what there is'},
  );
}
