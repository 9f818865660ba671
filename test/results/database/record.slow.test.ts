// SPDX-License-Identifier: MIT
import {emptyDatabase, endServer, onBoth} from './both.ts';
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {execa} from 'execa';
import {sql} from 'kysely';
import {context} from './both.ts';
import {temporary} from '../../base/temporary-cache.ts';
import {openDatabase, withoutPassword} from '../../../src/results/database/connect.ts';
import {recordRun} from '../../../src/results/database/record.ts';
import {listRuns} from '../../../src/results/queries/list.ts';
import {runOf} from '../../../src/results/queries/run.ts';
import {copied, facts} from '../facts.ts';

endServer();

onBoth('what is recorded is read again, the ledger added up by flows', async (t, {db}) => {
  const given = facts({
    verdict: 'fail',
    reason: 'dst differs at 0x1000',
    knownIssue: 'map-page-below-switch',
  });
  const id = await recordRun(db, given);
  const run = await runOf(db, id);
  t.like(run, {
    name: given.name,
    verdict: 'fail',
    knownIssue: 'map-page-below-switch',
    duration: 2000,
    nightlyRun: null,
  });
  t.like(run?.environment, {host: 'host-1', kernel_key: 'key-of-baseline', image: 'image'});
  t.is(run?.steps.length, 1);
  t.deepEqual(run?.steps[0]?.ledger, [
    {
      ...{initiator: 'src', direction: 'write', target: 'cmb', bar: 2, bytes: 65_536, pieces: 2},
      ...{address: '0xfc010000', route: 'peer-to-peer', by: 'sw0'},
    },
    {
      ...{initiator: 'dst', direction: 'read', target: 'host-memory', bar: null, bytes: 512, pieces: 1},
      ...{address: '0x1000', route: null, by: null},
    },
  ]);
  t.deepEqual(
    run?.measurements.map(({name, value}) => [name, value]),
    [
      ['duration', 2000],
      ['host-memory-bytes', 512],
      ['lost-bytes', 0],
      ['peer-bytes', 65_536],
    ],
  );
  t.deepEqual(await runOf(db, given.name), run, 'by its name too');
});

onBoth('a run that is recorded already is not recorded again, nor changed', async (t, {db}) => {
  const given = facts({name: 'once'});
  const id = await recordRun(db, given);
  t.is(await recordRun(db, facts({name: 'once', verdict: 'fail', reason: 'other'})), id);
  t.is((await listRuns(db)).length, 1);
  t.is((await runOf(db, id))?.verdict, 'pass');
});

onBoth('sums above 2^31 are exact', async (t, {db}) => {
  const bytes = 3 * 2 ** 40;
  const ledger = copied.ledger.slice(0, 1).map((entry) => ({...entry, bytes}));
  const id = await recordRun(db, facts({steps: [{...copied, ledger}]}));
  t.is((await runOf(db, id))?.steps[0]?.ledger[0]?.bytes, bytes);
});

onBoth('what is half recorded when it fails is not recorded at all', async (t, {db}) => {
  const broken = {...copied, verb: null as unknown as string};
  await t.throwsAsync(recordRun(db, facts({name: 'half', steps: [copied, broken]})));
  t.deepEqual(await listRuns(db), []);
  const {rows} = await sql<{count: number}>`select count(*) as count from steps`.execute(db);
  t.is(Number(rows[0]?.count), 0);
});

for (const kind of ['sqlite', 'postgres'] as const) {
  test(`processes that make the tables and write at one time lose nothing and double nothing (${kind})`, async (t) => {
    t.timeout(120_000);
    const url = await emptyDatabase(kind);
    const writer = path.join(import.meta.dirname, 'writer.ts');
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const done = await Promise.all(
      names.map((name) => execa(process.execPath, [writer, url, name, '20'], {reject: false})),
    );
    for (const {exitCode, stderr} of done) t.is(exitCode, 0, stderr);
    const {db, close} = await openDatabase(url, context);
    const runs = await listRuns(db, {limit: 1000});
    t.is(runs.length, 6 * 10 + 10);
    t.is(new Set(runs.map(({caseId}) => caseId)).size, 5, 'each case once');
    await close();
  });
}

test('a file that is no database, an unknown scheme and a newer p2plab are told with what to do', async (t) => {
  const file = path.join(temporary, 'none.sqlite');
  writeFileSync(
    file,
    'this is no database, whatever its name says, and so it cannot be opened as one\n'.repeat(20),
  );
  const none = await t.throwsAsync(openDatabase(file, context));
  t.like(none, {name: 'HostError'});
  t.regex(none.message, /none\.sqlite cannot be opened as a database: file is not a database/);
  const scheme = await t.throwsAsync(openDatabase('mysql://me:secret@host/db', context));
  t.like(scheme, {name: 'UsageError'});
  t.false(scheme.message.includes('secret'));
  const newer = path.join(temporary, 'newer.sqlite');
  const first = await openDatabase(newer, context);
  await sql`insert into kysely_migration values ('9999-of-tomorrow', '2030-01-01')`.execute(first.db);
  await first.close();
  const later = await t.throwsAsync(openDatabase(newer, context));
  t.regex(later.message, /newer\.sqlite was made by a newer p2plab/);
});

test('a PostgreSQL that is not there is told without its password', async (t) => {
  const error = await t.throwsAsync(openDatabase('postgres://me:secret@127.0.0.1:1/lab', context));
  t.regex(error.message, /database postgres:\/\/me@127\.0\.0\.1:1\/lab cannot be used: .*ECONNREFUSED/);
  t.is(withoutPassword('postgres://me:secret@host/lab?sslkey=x'), 'postgres://me@host/lab');
});
