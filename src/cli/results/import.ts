// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {readdir} from 'node:fs/promises';
import path from 'node:path';
import {checkpoint} from '../../base/context.ts';
import {messageOf, UsageError} from '../../base/errors.ts';
import {bundlesRoot} from '../../results/bundle.ts';
import {readBundle} from '../../results/bundle-facts.ts';
import {recordRun} from '../../results/database/record.ts';
import {withDatabase} from '../with-database.ts';

/** Records bundles, the oldest first; what is no whole bundle is told and left out. Returns the exit code. */
export async function importBundles(
  folders: readonly string[],
  database: string | undefined,
): Promise<number> {
  const roots = folders.length === 0 ? (existsSync(bundlesRoot) ? [bundlesRoot] : []) : folders;
  const bundles = (await Promise.all(roots.map(bundlesIn))).flat();
  return withDatabase(database, async ({db}, context) => {
    const before = await count();
    let broken = 0;
    for (const [index, folder] of bundles.entries()) {
      checkpoint(context);
      context.report({topic: 'import', text: `${index + 1} of ${bundles.length}`});
      try {
        await recordRun(db, await readBundle(folder));
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        broken++;
        process.stderr.write(`p2plab: left out: ${messageOf(error)}\n`);
      }
    }
    process.stdout.write(
      `${bundles.length} ${bundles.length === 1 ? 'bundle' : 'bundles'}: ${(await count()) - before} recorded, ${broken} left out\n`,
    );
    return broken > 0 && broken === bundles.length ? 2 : 0;

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
async function bundlesIn(folder: string): Promise<readonly string[]> {
  if (!existsSync(folder)) throw new UsageError(`there is no folder ${folder}`);
  if (existsSync(path.join(folder, 'inputs.json'))) return [folder];
  const entries = await readdir(folder, {withFileTypes: true});
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({name}) => path.join(folder, name))
    .sort();
}
