// SPDX-License-Identifier: MIT
import {type Kysely, sql} from 'kysely';

/** Renames the scenarios of a directory of the lab: their history goes on under the new names. */
export async function renameScenarios(db: Kysely<unknown>, before: string, now: string): Promise<void> {
  await sql`update cases set scenario = ${now} || substr(scenario, ${sql.lit(before.length + 1)})
    where scenario like ${`${before}%`}`.execute(db);
}
