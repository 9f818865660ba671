// SPDX-License-Identifier: MIT
import {temporary} from '../../base/temporary-cache.ts';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type {Context} from '../../../src/base/context.ts';
import {type Connection, openDatabase} from '../../../src/results/database/connect.ts';
import {type Postgres, startPostgres} from '../postgres.ts';

export const context: Context = {signal: new AbortController().signal, report: () => undefined};

let server: Promise<Postgres> | undefined;
let made = 0;

/** The URL of an empty database of either kind. */
export async function emptyDatabase(kind: 'sqlite' | 'postgres'): Promise<string> {
  const number = ++made;
  if (kind === 'sqlite') return path.join(temporary, `results-${number}.sqlite`);
  server ??= startPostgres();
  const {url} = await server;
  const {default: pg} = await import('pg');
  const client = new pg.Client({connectionString: url});
  await client.connect();
  await client.query(`create database test_${number}`);
  await client.end();
  const other = new URL(url);
  other.pathname = `/test_${number}`;
  return other.href;
}

/** The same test on SQLite and on a real PostgreSQL. */
export function onBoth(
  title: string,
  body: (t: ExecutionContext, connection: Connection, url: string) => Promise<void>,
): void {
  for (const kind of ['sqlite', 'postgres'] as const) {
    test(`${title} (${kind})`, async (t) => {
      t.timeout(120_000);
      const url = await emptyDatabase(kind);
      const connection = await openDatabase(url, context);
      try {
        await body(t, connection, url);
      } finally {
        await connection.close();
      }
    });
  }
}

/** Ends the server at the end of a test file that used {@link onBoth}. */
export function endServer(): void {
  test.after.always('the server ends', async () => {
    await (await server)?.stop();
  });
}
