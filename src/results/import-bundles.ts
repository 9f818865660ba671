// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {readdir} from 'node:fs/promises';
import path from 'node:path';
import {type Context, checkpoint} from '../base/context.ts';
import {HostError, Interrupted, isErrno, messageOf, UsageError} from '../base/errors.ts';
import {bundlesRoot} from './bundle.ts';
import {readBundle} from './bundle-facts.ts';
import {isAway} from './database/patience.ts';
import {recordRun} from './database/record.ts';
import type {Database} from './database/tables.ts';

/** How many bundles were found, how many of them are new in the database, and how many could not be read. */
export interface Imported {
  readonly found: number;
  readonly recorded: number;
  readonly leftOut: number;
}

/**
 * Records bundles, the oldest first. A directory that is missing or no complete bundle is left out.
 * @param folders bundles, or directories of bundles; the lab's own if there are none
 * @param leaveOut receives the reason for each that is left out
 */
export async function importBundles(
  db: Database,
  folders: readonly string[],
  leaveOut: (reason: string) => void,
  context: Context,
): Promise<Imported> {
  const roots = folders.length === 0 ? (existsSync(bundlesRoot) ? [bundlesRoot] : []) : folders;
  const found = await Promise.all(roots.map(bundlesIn));
  const before = await countRuns(db);
  const bundles = found.flatMap((one) => (one instanceof UsageError ? [] : one));
  let leftOut = 0;
  const leave = (reason: string): void => {
    leftOut++;
    leaveOut(reason);
  };
  for (const missing of found) if (missing instanceof UsageError) leave(missing.message);
  for (const [index, folder] of bundles.entries()) {
    checkpoint(context);
    context.report({topic: 'import', text: `${index + 1} of ${bundles.length}`});
    try {
      await recordRun(db, await readBundle(folder));
    } catch (error) {
      // The database's own trouble is that of all that follow.
      if (error instanceof Interrupted || error instanceof HostError || isAway(error)) throw error;
      leave(`${error instanceof UsageError ? '' : `${folder}: `}${messageOf(error)}`);
    }
  }
  return {found: bundles.length, recorded: (await countRuns(db)) - before, leftOut};
}

async function countRuns(db: Database): Promise<number> {
  const row = await db
    .selectFrom('runs')
    .select((eb) => eb.fn.countAll<number>().as('runs'))
    .executeTakeFirstOrThrow();
  return row.runs;
}

/** A bundle, or those in a folder, by name and so by time. */
async function bundlesIn(folder: string): Promise<readonly string[] | UsageError> {
  try {
    if (existsSync(path.join(folder, 'inputs.json'))) return [folder];
    const entries = await readdir(folder, {withFileTypes: true});
    return (
      entries
        // What begins with a dot is a bundle on its way.
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
        .map(({name}) => path.join(folder, name))
        .sort()
    );
  } catch (error) {
    const why = isErrno(error, 'ENOENT') ? 'it is not there' : messageOf(error);
    return new UsageError(`${folder} is no folder of bundles: ${why}`);
  }
}
