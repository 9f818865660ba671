// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {readdir} from 'node:fs/promises';
import path from 'node:path';
import {checkpoint} from '../../base/context.ts';
import {HostError, Interrupted, isErrno, messageOf, UsageError} from '../../base/errors.ts';
import {bundlesRoot} from '../../results/bundle.ts';
import {readBundle} from '../../results/bundle-facts.ts';
import {isAway} from '../../results/database/patience.ts';
import {recordRun} from '../../results/database/record.ts';
import {printable} from '../../results/describe.ts';
import {withDatabase} from '../with-database.ts';

/**
 * Records bundles, the oldest first; what is no whole bundle is told and left out, and so is a folder that is not there:
 * neither keeps the others out.
 * @returns the exit code: 2 if anything was left out
 */
export async function importBundles(
  folders: readonly string[],
  database: string | undefined,
): Promise<number> {
  const roots = folders.length === 0 ? (existsSync(bundlesRoot) ? [bundlesRoot] : []) : folders;
  const found = await Promise.all(roots.map(bundlesIn));
  return withDatabase(database, async ({db}, context) => {
    const before = await count();
    const bundles = found.flatMap((one) => (one instanceof UsageError ? [] : one));
    let broken = 0;
    for (const missing of found.filter((one) => one instanceof UsageError)) leaveOut(missing);
    for (const [index, folder] of bundles.entries()) {
      checkpoint(context);
      context.report({topic: 'import', text: `${index + 1} of ${bundles.length}`});
      try {
        await recordRun(db, await readBundle(folder));
      } catch (error) {
        // The database's own trouble is that of all that follow.
        if (error instanceof Interrupted || error instanceof HostError || isAway(error)) throw error;
        leaveOut(error, folder);
      }
    }
    process.stdout.write(
      `${bundles.length} ${bundles.length === 1 ? 'bundle' : 'bundles'}: ${(await count()) - before} recorded, ${broken} left out\n`,
    );
    return broken > 0 ? 2 : 0;

    function leaveOut(error: unknown, folder?: string): void {
      broken++;
      const where = error instanceof UsageError || folder === undefined ? '' : `${folder}: `;
      process.stderr.write(`p2plab: left out: ${printable(`${where}${messageOf(error)}`)}\n`);
    }

    async function count(): Promise<number> {
      const row = await db
        .selectFrom('runs')
        .select((eb) => eb.fn.countAll<number>().as('runs'))
        .executeTakeFirstOrThrow();
      return row.runs;
    }
  });
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
