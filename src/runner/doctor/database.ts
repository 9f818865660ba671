// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import type {Context} from '../../base/context.ts';
import {LabError} from '../../base/errors.ts';
import {displayPath} from '../../base/paths.ts';
import {databaseOf, isPostgres, openDatabase, withoutPassword} from '../../results/database/connect.ts';
import type {Finding} from './finding.ts';

const name = 'database';

/** Whether results can be kept, and how many are. A file that is not there yet is not made. */
export async function databaseFinding(url: string | undefined, context: Context): Promise<Finding> {
  try {
    const given = databaseOf(url);
    if (!isPostgres(given) && !existsSync(given))
      return {name, state: 'ok', detail: `${displayPath(given)} comes with the first run`};
    const shown = isPostgres(given) ? withoutPassword(given) : displayPath(given);
    return {name, state: 'ok', detail: `${shown}: ${await contents(given, context)}`};
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    const cost = 'runs are made and not recorded; there is no nightly run, and no page';
    const mend = error.hint;
    return {name, state: 'note', detail: error.message, cost, ...(mend !== undefined && {mend})};
  }
}

async function contents(url: string, context: Context): Promise<string> {
  const {db, close} = await openDatabase(url, context);
  try {
    const {runs} = await db
      .selectFrom('runs')
      .select(({fn}) => fn.countAll<number>().as('runs'))
      .executeTakeFirstOrThrow();
    const {nightlyRuns} = await db
      .selectFrom('nightly_runs')
      .select(({fn}) => fn.countAll<number>().as('nightlyRuns'))
      .executeTakeFirstOrThrow();
    return `${runs} runs, ${nightlyRuns} nightly runs`;
  } finally {
    await close();
  }
}
