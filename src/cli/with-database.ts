// SPDX-License-Identifier: MIT
import type {Context} from '../base/context.ts';
import {type Connection, openDatabase} from '../results/database/connect.ts';
import {withTasks} from '../runner/tasks.ts';
import {shown} from './shown.ts';

/** Does a command's work on a database, which is closed in any case. */
export function withDatabase<T>(
  url: string | undefined,
  work: (connection: Connection, context: Context) => Promise<T>,
): Promise<T> {
  return shown((context) =>
    withTasks(context, async ({begin}) => {
      const setup = (): Promise<Connection> => openDatabase(url, context);
      return work(await begin({title: 'database', setup, teardown: ({close}) => close()}), context);
    }),
  );
}
