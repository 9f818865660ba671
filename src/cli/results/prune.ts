// SPDX-License-Identifier: MIT
import {bundlesRoot} from '../../results/bundle.ts';
import {planPrune, prune} from '../../results/prune.ts';
import {withDatabase} from '../with-database.ts';

/** Removes what is old and nothing rests on. */
export async function pruneRuns(days: number, dryRun: boolean, database: string | undefined): Promise<void> {
  await withDatabase(database, async ({db}, context) => {
    const before = new Date(Date.now() - days * 24 * 3600 * 1000).toISOString();
    const plan = await planPrune(db, before);
    if (!dryRun) {
      await prune(db, plan, bundlesRoot, (done) => {
        context.report({topic: 'prune', text: `${done} of ${plan.runs.length}`});
      });
    }
    const verb = dryRun ? 'would go' : 'removed';
    process.stdout.write(
      `${plan.runs.length} ${plan.runs.length === 1 ? 'run' : 'runs'} ${verb}; ${plan.kept} older than ${days} ${days === 1 ? 'day' : 'days'} kept: something rests on them\n`,
    );
  });
}
