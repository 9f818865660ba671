// SPDX-License-Identifier: MIT
import type {Context} from '../base/context.ts';
import {type Connection, openDatabase} from '../results/database/connect.ts';
import {interruptible} from './interrupt.ts';
import {progressLines} from './progress.ts';

/** Does a command's work on a database, which is closed whatever comes. */
export async function withDatabase<T>(
  url: string | undefined,
  work: (connection: Connection, context: Context) => Promise<T>,
): Promise<T> {
  const lines = progressLines();
  return interruptible(lines.show, async (context) => {
    const connection = await openDatabase(url, context);
    try {
      return await work(connection, context);
    } finally {
      await connection.close();
    }
  }).finally(() => {
    lines.close();
  });
}
