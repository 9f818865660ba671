// SPDX-License-Identifier: MIT
import type {Kysely} from 'kysely';
import {fingerprintOf} from '../fingerprint.ts';
import {olderCause} from '../older-findings.ts';
import type {Tables} from './tables.ts';

/** How many rows are read at a time. */
const page = 500;

/**
 * Gives runs and steps the code of their cause and the finding as JSON. What was recorded before is derived from its
 * reason where that is certain, and is `unknown` otherwise. Failures whose finding is known are grouped by it, as
 * those that are recorded from now on.
 */
export async function addFindings(db: Kysely<unknown>): Promise<void> {
  for (const table of ['runs', 'steps']) {
    await db.schema
      .alterTable(table)
      .addColumn('code', 'text', (column) => column.notNull().defaultTo('unknown'))
      .execute();
    await db.schema.alterTable(table).addColumn('finding', 'text').execute();
    await db.schema.alterTable(table).addColumn('check_name', 'text').execute();
  }
  // These are the columns as they are now; later migrations only add to them.
  const tables = db as Kysely<Tables>;
  await deriveRuns(tables);
  await deriveSteps(tables);
}

async function deriveRuns(db: Kysely<Tables>): Promise<void> {
  for (let after = 0; ; ) {
    const rows = await db
      .selectFrom('runs')
      .select(['id', 'verdict', 'reason', 'known_issue', 'fingerprint'])
      .where('id', '>', after)
      .where('verdict', 'in', ['fail', 'crash', 'error'])
      .orderBy('id')
      .limit(page)
      .execute();
    for (const {id, verdict, reason, known_issue: knownIssue, fingerprint: before} of rows) {
      after = id;
      const {finding, check} = olderCause({verdict, reason, knownIssue});
      if (finding.code === 'unknown') continue;
      // A crash is known by its report, which only its bundle has: its key stays.
      const fingerprint =
        verdict === 'crash'
          ? undefined
          : fingerprintOf({verdict, reason, finding, ...(check !== undefined && {check})});
      if (fingerprint !== undefined)
        await db
          .insertInto('fingerprints')
          .values({...fingerprint})
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      await db
        .updateTable('runs')
        .set({
          code: finding.code,
          finding: JSON.stringify(finding),
          check_name: check ?? null,
          fingerprint: fingerprint?.key ?? before,
        })
        .where('id', '=', id)
        .execute();
    }
    if (rows.length < page) return;
  }
}

async function deriveSteps(db: Kysely<Tables>): Promise<void> {
  for (let after = 0; ; ) {
    const runs = await db
      .selectFrom('runs')
      .select('id')
      .where('id', '>', after)
      .orderBy('id')
      .limit(page)
      .execute();
    const last = runs.at(-1)?.id;
    if (last === undefined) return;
    const rows = await db
      .selectFrom('steps')
      .select(['run_id', 'number', 'verdict', 'reason', 'known_issue'])
      .where('run_id', '>', after)
      .where('run_id', '<=', last)
      .where('verdict', 'in', ['fail', 'crash', 'error'])
      .execute();
    for (const {run_id: run, number, known_issue: knownIssue, ...step} of rows) {
      const {finding, check} = olderCause({...step, knownIssue});
      if (finding.code === 'unknown') continue;
      await db
        .updateTable('steps')
        .set({code: finding.code, finding: JSON.stringify(finding), check_name: check ?? null})
        .where('run_id', '=', run)
        .where('number', '=', number)
        .execute();
    }
    after = last;
  }
}
