// SPDX-License-Identifier: MIT
import {type ColumnDefinitionBuilder, type CreateTableBuilder, type Kysely, sql} from 'kysely';
import type {Migration} from 'kysely/migration';
import {addFindings} from './findings-migration.ts';
import {variants} from './migrations/variants.ts';
import {knownIssues} from './migrations/known-issues.ts';
import {nightlyRuns} from './migrations/nightly-runs.ts';
import {mapVerbs} from './migrations/map-verbs.ts';
import {mapCosts} from './migrations/map-costs.ts';
import {lifecycle} from './migrations/lifecycle.ts';
import {renameRoutes} from './migrations/rename-routes.ts';

/** Which of the two: they differ in how a row is given a number. */
export type Dialect = 'sqlite' | 'postgres';

/**
 * The steps by which a database comes to what {@link Tables} says, in order. One that has landed is not
 * changed: another is added.
 */
export function migrationsFor(dialect: Dialect): Readonly<Record<string, Migration>> {
  return {
    '0001-runs-and-nights': {up: (db) => runsAndNights(db, dialect)},
    '0002-labs-of-nights': {
      up: async ({schema}) => schema.alterTable('nights').addColumn('lab', 'text').execute(),
    },
    '0003-variants': {up: variants},
    '0004-known-issues': {up: knownIssues},
    '0005-nightly-runs': {up: nightlyRuns},
    '0006-map-verbs': {up: mapVerbs},
    '0007-map-costs': {up: mapCosts},
    '0008-lifecycle': {up: lifecycle},
    '0009-rename-routes': {up: renameRoutes},
    '0010-findings': {up: addFindings},
  };
}

type Builder<Columns extends string> = CreateTableBuilder<string, Columns>;

/** The number of a row: never given twice, for pages and exports name it. */
function numbered(table: Builder<never>, dialect: Dialect): Builder<'id'> {
  return dialect === 'postgres'
    ? table.addColumn('id', 'integer', (column) => column.generatedAlwaysAsIdentity().primaryKey())
    : table.addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement());
}

const needed = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull();

function ofRun(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder {
  return column.notNull().references('runs.id').onDelete('cascade');
}

async function runsAndNights(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const {schema} = db;
  await schema
    .createTable('environments')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('host', 'text', needed)
    .addColumn('host_facts', 'text', needed)
    .addColumn('acceleration', 'text', needed)
    .addColumn('qemu', 'text', needed)
    .addColumn('kernel', 'text', needed)
    .addColumn('kernel_key', 'text', needed)
    .addColumn('kernel_release', 'text', needed)
    .addColumn('kernel_inputs', 'text', needed)
    .addColumn('image', 'text', needed)
    .execute();
  await numbered(schema.createTable('cases'), dialect)
    .addColumn('scenario', 'text', needed)
    .addColumn('topology', 'text', needed)
    .addColumn('lane', 'text', needed)
    .addColumn('kernel', 'text', needed)
    .addUniqueConstraint('cases_are_unique', ['scenario', 'topology', 'lane', 'kernel'])
    .execute();
  await numbered(schema.createTable('nights'), dialect)
    .addColumn('suite', 'text', needed)
    .addColumn('begun', 'text', needed)
    .addColumn('ended', 'text')
    .addColumn('state', 'text', needed)
    .addColumn('host', 'text', needed)
    .addColumn('planned', 'integer', needed)
    .addUniqueConstraint('nights_are_unique', ['suite', 'begun'])
    .execute();
  await schema
    .createTable('fingerprints')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('title', 'text', needed)
    .addColumn('verdict', 'text', needed)
    .execute();
  await numbered(schema.createTable('runs'), dialect)
    .addColumn('name', 'text', (column) => column.notNull().unique())
    .addColumn('case_id', 'integer', (column) => column.notNull().references('cases.id'))
    .addColumn('night_id', 'integer', (column) => column.references('nights.id'))
    .addColumn('environment', 'text', (column) => column.notNull().references('environments.key'))
    .addColumn('begun', 'text', needed)
    .addColumn('duration', 'double precision', needed)
    .addColumn('verdict', 'text', needed)
    .addColumn('reason', 'text', needed)
    .addColumn('gap', 'text')
    .addColumn('fingerprint', 'text', (column) => column.references('fingerprints.key'))
    .addColumn('bundle', 'text')
    .execute();
  await schema
    .createTable('steps')
    .addColumn('run_id', 'integer', ofRun)
    .addColumn('number', 'integer', needed)
    .addColumn('title', 'text', needed)
    .addColumn('verb', 'text', needed)
    .addColumn('verdict', 'text', needed)
    .addColumn('reason', 'text', needed)
    .addColumn('gap', 'text')
    .addColumn('duration', 'double precision', needed)
    .addPrimaryKeyConstraint('steps_of_a_run', ['run_id', 'number'])
    .execute();
  await schema
    .createTable('ledger')
    .addColumn('run_id', 'integer', ofRun)
    .addColumn('step', 'integer', needed)
    .addColumn('initiator', 'text', needed)
    .addColumn('direction', 'text', needed)
    .addColumn('target', 'text', needed)
    .addColumn('bar', 'integer')
    .addColumn('bytes', 'bigint', needed)
    .addColumn('pieces', 'bigint', needed)
    .addColumn('address', 'text', needed)
    .addColumn('way', 'text')
    .addColumn('by', 'text')
    .execute();
  await schema
    .createTable('measurements')
    .addColumn('run_id', 'integer', ofRun)
    .addColumn('name', 'text', needed)
    .addColumn('unit', 'text', needed)
    .addColumn('value', 'double precision', needed)
    .addPrimaryKeyConstraint('measurements_of_a_run', ['run_id', 'name'])
    .execute();
  await schema
    .createTable('results')
    .addColumn('night_id', 'integer', (column) => column.notNull().references('nights.id'))
    .addColumn('case_id', 'integer', (column) => column.notNull().references('cases.id'))
    .addColumn('outcome', 'text', needed)
    .addColumn('attempts', 'integer', needed)
    .addColumn('run_id', 'integer', (column) => column.references('runs.id').onDelete('set null'))
    .addColumn('change', 'text')
    .addColumn('since_night', 'integer')
    .addColumn('before_night', 'integer')
    .addPrimaryKeyConstraint('a_result_a_night', ['night_id', 'case_id'])
    .execute();
  await schema
    .createTable('states')
    .addColumn('suite', 'text', needed)
    .addColumn('case_id', 'integer', (column) => column.notNull().references('cases.id'))
    .addColumn('standing', 'integer')
    .addColumn('since_night', 'integer')
    .addColumn('said_night', 'integer')
    .addColumn('before_night', 'integer')
    .addColumn('last_night', 'integer', needed)
    .addPrimaryKeyConstraint('a_state_a_suite', ['suite', 'case_id'])
    .execute();
  const indexes = {
    runs: [['case_id', 'id'], ['night_id'], ['begun'], ['fingerprint']],
    ledger: [['run_id']],
    results: [['case_id', 'night_id'], ['run_id'], ['outcome', 'night_id']],
    nights: [['suite', 'state', 'ended']],
  } as const;
  for (const [table, columns] of Object.entries(indexes))
    for (const names of columns)
      await sql`create index ${sql.id(`${table}_by_${names.join('_')}`)} on ${sql.table(table)} (${sql.join(
        names.map((name) => sql.ref(name)),
      )})`.execute(db);
}
