// SPDX-License-Identifier: MIT
import path from 'node:path';
import test from 'ava';
import type {Kysely} from 'kysely';
import {openDatabase} from '../../../src/results/database/connect.ts';
import {addFindings} from '../../../src/results/database/findings-migration.ts';
import {recordRun} from '../../../src/results/database/record-run.ts';
import {runOf} from '../../../src/results/queries/recorded-run.ts';
import {reportedRun} from '../../../src/results/reported.ts';
import {temporary} from '../../base/temporary-cache.ts';
import {copied, facts} from '../facts.ts';

const context = {signal: new AbortController().signal, report: () => undefined};
const reason = 'disk dst: the disk of dst differs in 512 bytes, the first at offset 4096.';

test('what an older p2plab recorded gets a code where its sentence is certain', async (t) => {
  const {db, close} = await openDatabase(path.join(temporary, 'older.sqlite'), context);
  const steps = [{...copied, verdict: 'fail', reason} as const];
  const known = await recordRun(db, facts({verdict: 'fail', reason, steps}));
  const unknown = await recordRun(db, facts({verdict: 'fail', reason: 'a story'}));
  const before = await runOf(db, unknown);
  // As it was before the migration.
  for (const table of ['runs', 'steps'] as const)
    for (const column of ['code', 'finding', 'check_name'])
      await db.schema.alterTable(table).dropColumn(column).execute();
  await addFindings(db as unknown as Kysely<unknown>);
  const run = await runOf(db, known);
  t.like(run, {code: 'disk-differs', check_name: 'disk', reason});
  t.like(run?.steps[0], {code: 'disk-differs', check_name: 'disk'});
  if (run !== undefined)
    t.like(reportedRun(run), {
      check: 'disk',
      finding: {code: 'disk-differs', subject: 'dst', parameters: {bytes: 512, offset: 4096}},
    });
  const other = await runOf(db, unknown);
  t.like(other, {code: 'unknown', finding: null, fingerprint: before?.fingerprint});
  if (other !== undefined) t.is(reportedRun(other).finding.code, 'unknown');
  await close();
});
