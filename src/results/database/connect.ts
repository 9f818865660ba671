// SPDX-License-Identifier: MIT
import {mkdir} from 'node:fs/promises';
import path from 'node:path';
import {CompiledQuery, type Driver, Kysely, PostgresDialect, sql, SqliteDialect, SqliteDriver} from 'kysely';
import {DEFAULT_MIGRATION_TABLE, Migrator} from 'kysely/migration';
import type {Context} from '../../base/context.ts';
import {HostError, messageOf, UsageError} from '../../base/errors.ts';
import {sha256} from '../../base/hash.ts';
import {withLock} from '../../base/lock.ts';
import {cacheRoot, stateRoot} from '../../base/paths.ts';
import {type Dialect, migrationsFor} from './migrations.ts';
import type {Database, Tables} from './tables.ts';

/** A database of results that is open. */
export interface Connection {
  readonly db: Database;
  readonly dialect: Dialect;
  /** How a person knows it: a file, or a URL without its password. */
  readonly name: string;
  readonly close: () => Promise<void>;
}

/** Where results go if nothing else is said. */
const defaultDatabase = path.join(stateRoot, 'results.sqlite');

/** How long a writer of SQLite waits for another one, in milliseconds. */
const busyTimeout = 15_000;

/** Whether a `--database` is one of PostgreSQL. */
export const isPostgres = (url: string): boolean => /^postgres(ql)?:\/\//.test(url);

/** The database that a `--database` asks for, or its absence: a URL, or the absolute path of a file. */
export function databaseOf(url: string | undefined): string {
  const given = url ?? process.env['P2PLAB_DATABASE'] ?? defaultDatabase;
  if (isPostgres(given)) return given;
  if (!/^[a-z0-9+]+:\/\//i.test(given)) return path.resolve(given);
  throw new UsageError(`p2plab keeps results in no such database: ${given.replace(/:\/\/.*/s, '://…')}`, {
    hint: 'give postgres://…, or the path of an SQLite file',
  });
}

/**
 * Opens the database of results, and brings its tables up to date.
 * @param url `postgres://…`, or the path of an SQLite file; by default `P2PLAB_DATABASE`, else the lab's own file
 * @throws {HostError} when it cannot be reached, or was made by a newer p2plab
 */
export async function openDatabase(url: string | undefined, context: Context): Promise<Connection> {
  const given = databaseOf(url);
  const connection = isPostgres(given) ? await openPostgres(given) : await openSqlite(given);
  try {
    await migrate(connection, context);
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** A transaction that reads before it writes would fail where another writes between: this one waits for it first. */
class ImmediateDriver extends SqliteDriver {
  override async beginTransaction(
    ...[connection]: Parameters<SqliteDriver['beginTransaction']>
  ): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
}

async function openSqlite(file: string): Promise<Connection> {
  const {default: Sqlite} = await import('better-sqlite3');
  await mkdir(path.dirname(file), {recursive: true});
  try {
    const sqlite = new Sqlite(file, {timeout: busyTimeout});
    sqlite.pragma('journal_mode = WAL');
    sqlite.pragma('synchronous = NORMAL');
    sqlite.pragma('foreign_keys = ON');
    class ImmediateDialect extends SqliteDialect {
      override createDriver(): Driver {
        return new ImmediateDriver({database: sqlite});
      }
    }
    const db = new Kysely<Tables>({dialect: new ImmediateDialect({database: sqlite})});
    return {db, dialect: 'sqlite', name: file, close: () => db.destroy()};
  } catch (error) {
    throw new HostError(`${file} cannot be opened as a database: ${messageOf(error)}`, {
      hint: 'if it is none, give another one with --database; if it is broken, move it away: `p2plab results import` reads bundles anew',
      cause: error,
    });
  }
}

async function openPostgres(url: string): Promise<Connection> {
  const {default: pg} = await import('pg');
  const types = new pg.TypeOverrides();
  // Sums of bytes and counts: below 2^53, where a number is exact.
  types.setTypeParser(pg.types.builtins.INT8, Number);
  types.setTypeParser(pg.types.builtins.NUMERIC, Number);
  const pool = new pg.Pool({connectionString: url, max: 4, connectionTimeoutMillis: 10_000, types});
  // A connection that is lost while it is idle is told by whoever asks next.
  pool.on('error', () => undefined);
  const db = new Kysely<Tables>({dialect: new PostgresDialect({pool})});
  return {db, dialect: 'postgres', name: withoutPassword(url), close: () => db.destroy()};
}

/** `postgres://me@host/lab`: what may be shown and kept. */
export function withoutPassword(url: string): string {
  try {
    const parsed = new URL(url);
    parsed.password = '';
    parsed.search = '';
    return parsed.href;
  } catch {
    return 'postgres://…';
  }
}

async function migrate({db, dialect, name}: Connection, context: Context): Promise<void> {
  const migrations = migrationsFor(dialect);
  const migrator = new Migrator({
    db,
    provider: {getMigrations: () => Promise.resolve({...migrations})},
  });
  try {
    const known = Object.keys(migrations);
    const executed = await executedIn(db);
    if (executed.some((migration) => !known.includes(migration))) throw newerThanThis(name);
    if (known.every((migration) => executed.includes(migration))) return;
    // Kysely locks PostgreSQL while it migrates, and SQLite not.
    const lock = path.join(cacheRoot, 'locks', `database-${sha256(name).slice(0, 16)}`);
    await withLock(lock, 'database', context, async () => {
      const {error} = await migrator.migrateToLatest();
      if (error instanceof Error) throw error;
      if (error !== undefined) throw new TypeError('the migration failed', {cause: error});
    });
  } catch (error) {
    if (error instanceof HostError) throw error;
    throw new HostError(`the database ${name} cannot be used: ${messageOf(error)}`, {
      hint: 'is it running, and does it let you in?',
      cause: error,
    });
  }
}

function newerThanThis(name: string): HostError {
  return new HostError(`the database ${name} was made by a newer p2plab`, {
    hint: 'use that one, or another database',
  });
}

/** The migrations that a database has had; none if it is empty. */
async function executedIn(db: Database): Promise<readonly string[]> {
  const tables = await db.introspection.getTables({withInternalKyselyTables: true});
  if (!tables.some(({name}) => name === DEFAULT_MIGRATION_TABLE)) return [];
  const {rows} = await sql<{name: string}>`select name from ${sql.table(DEFAULT_MIGRATION_TABLE)}`.execute(
    db,
  );
  return rows.map(({name}) => name);
}
