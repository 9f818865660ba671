// SPDX-License-Identifier: MIT
import {type Kysely, sql} from 'kysely';
import {renameScenarios} from './scenarios.ts';

/** What was called a gap is a known issue, and so is the directory of its scenarios. */
export async function knownIssues(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('runs').renameColumn('gap', 'known_issue').execute();
  await db.schema.alterTable('steps').renameColumn('gap', 'known_issue').execute();
  for (const table of ['runs', 'steps'])
    await sql`update ${sql.table(table)} set reason = ${'known issue '} || substr(reason, 5) where reason like ${'gap %: %'}`.execute(
      db,
    );
  await renameScenarios(db, 'gaps/', 'known-issues/');
}
