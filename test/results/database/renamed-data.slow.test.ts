// SPDX-License-Identifier: MIT
// A database of an older p2plab is read under the names of this one.
import Sqlite from 'better-sqlite3';
import test from 'ava';
import {Kysely, PostgresDialect, sql, SqliteDialect} from 'kysely';
import {Migrator} from 'kysely/migration';
import pg from 'pg';
import {openDatabase} from '../../../src/results/database/connect.ts';
import {type Dialect, migrationsFor} from '../../../src/results/database/migrations.ts';
import {context, emptyDatabase, endServer} from './both.ts';

function open(kind: Dialect, url: string): Kysely<unknown> {
  return kind === 'sqlite'
    ? new Kysely({dialect: new SqliteDialect({database: new Sqlite(url)})})
    : new Kysely({dialect: new PostgresDialect({pool: new pg.Pool({connectionString: url})})});
}

/** The schema before anything was renamed, with a night of one run. */
async function fill(kind: Dialect, url: string): Promise<void> {
  const db = open(kind, url);
  const before = Object.entries(migrationsFor(kind)).filter(([name]) => /^000[12]-/.test(name));
  const migrator = new Migrator({
    db,
    provider: {getMigrations: () => Promise.resolve(Object.fromEntries(before))},
  });
  const {error} = await migrator.migrateToLatest();
  if (error !== undefined) throw new Error('the old schema cannot be made', {cause: error});
  const insert = async (table: string, rows: Readonly<Record<string, string | number>>): Promise<void> => {
    await sql`insert into ${sql.table(table)} (${sql.join(Object.keys(rows).map((name) => sql.ref(name)))})
      values (${sql.join(Object.values(rows))})`.execute(db);
  };
  const host = {host: 'h', host_facts: '{}', acceleration: 'kvm', qemu: 'stock 10.0.2', kernel: 'baseline'};
  await insert('environments', {
    ...{key: 'e', ...host, kernel_key: 'k', kernel_release: '6.12', kernel_inputs: '{}', image: 'i'},
  });
  await insert('cases', {
    ...{
      scenario: 'counted/below-provider',
      topology: 'counted-provider',
      lane: 'counted',
      kernel: 'baseline',
    },
  });
  await insert('cases', {
    scenario: 'gaps/acs-changed',
    topology: 'acs/written',
    lane: 'plain',
    kernel: 'baseline',
  });
  const night = {suite: 'nightly', begun: '2026-11-01T00:00:00.000Z', state: 'ended', host: 'h', planned: 1};
  await insert('nights', {...night, ended: '2026-11-01T01:00:00.000Z'});
  const run = {
    environment: 'e',
    begun: '2026-11-01T00:00:00.000Z',
    duration: 1,
    verdict: 'fail',
    night_id: 1,
  };
  const reason = 'gap map-page: nic read 8 KiB from cmb';
  await insert('runs', {name: 'r', case_id: 2, ...run, reason, gap: 'map-page'});
  await insert('steps', {
    ...{
      run_id: 1,
      number: 0,
      title: 't',
      verb: 'survey',
      verdict: 'fail',
      reason,
      gap: 'map-page',
      duration: 1,
    },
  });
  const moved = {direction: 'read', bytes: 4096, pieces: 1, address: '0x1000'};
  await insert('ledger', {run_id: 1, step: 0, initiator: 'nic', ...moved, target: 'nowhere', way: 'turned'});
  const changed = {since_night: 1};
  await insert('results', {night_id: 1, case_id: 2, outcome: 'known', attempts: 1, run_id: 1, ...changed});
  await insert('states', {suite: 'nightly', case_id: 2, last_night: 1, said_night: 1, ...changed});
  await db.destroy();
}

for (const kind of ['sqlite', 'postgres'] as const) {
  test(`what an older p2plab stored has the names of this one (${kind})`, async (t) => {
    t.timeout(120_000);
    const url = await emptyDatabase(kind);
    await fill(kind, url);
    const {db, close} = await openDatabase(url, context);
    try {
      t.deepEqual(
        await db.selectFrom('cases').select(['scenario', 'topology', 'variant']).orderBy('id').execute(),
        [
          {scenario: 'map-cost/below-provider', topology: 'map-cost-provider', variant: 'instruction-count'},
          {scenario: 'known-issues/acs-changed', topology: 'acs/written', variant: 'plain'},
        ],
      );
      const run = await db.selectFrom('runs').selectAll().executeTakeFirstOrThrow();
      t.like(run, {known_issue: 'map-page', nightly_run_id: 1});
      t.is(run.reason, 'known issue map-page: nic read 8 KiB from cmb');
      t.like(await db.selectFrom('steps').selectAll().executeTakeFirstOrThrow(), {
        ...{verb: 'map-matrix', known_issue: 'map-page'},
      });
      t.like(await db.selectFrom('ledger').selectAll().executeTakeFirstOrThrow(), {
        ...{target: 'unmapped', route: 'peer-to-peer'},
      });
      t.like(await db.selectFrom('states').selectAll().executeTakeFirstOrThrow(), {
        ...{last_nightly_run: 1, said_nightly_run: 1, since_nightly_run: 1},
      });
      t.is((await db.selectFrom('nightly_runs').selectAll().execute()).length, 1);
    } finally {
      await close();
    }
  });
}

endServer();
