// SPDX-License-Identifier: MIT
import type {PgBoss} from 'pg-boss';
import * as z from 'zod';
import type {Context} from '../../base/context.ts';
import {messageOf, UsageError} from '../../base/errors.ts';
import {isPostgres} from '../../results/database/connect.ts';
import {isAway, withPatience} from '../../results/database/patience.ts';
import {lostWorkers} from '../retry-policy.ts';

/** Where the queue's tables are, apart from those of the results. */
export const schema = 'p2plab_queue';

/** How long a worker may be silent before its runs are another's, in seconds. */
const heartbeat = 10;

/** The queue of a lab. Workers of another lab do not see it. */
export interface Queue {
  readonly boss: PgBoss;
  /** Its own, and of all workers of this lab. */
  readonly name: string;
  /** How many workers of this lab live. */
  readonly workers: () => Promise<number>;
  readonly close: () => Promise<void>;
}

/**
 * The URL of a database that can have a queue.
 * @throws {UsageError} for SQLite
 */
export function queueUrl(given: string | undefined): string {
  const url = given ?? process.env['P2PLAB_DATABASE'];
  if (url !== undefined && isPostgres(url)) return url;
  throw new UsageError(`a queue of runs needs PostgreSQL, and ${url ?? "the lab's own file"} is SQLite`, {
    hint: 'give --database postgres://…; docs/workers.md says how to set one up',
  });
}

/**
 * Opens the queue of the lab with this key, and makes it if there is none.
 * @param role a worker is counted as one until it is closed, or silent for a while
 */
export async function openQueue(
  url: string,
  key: string,
  role: 'worker' | 'nightly',
  context: Context,
): Promise<Queue> {
  const {PgBoss: Boss} = await import('pg-boss');
  const boss = new Boss({
    ...{connectionString: url, schema, application_name: `p2plab ${role}`, max: 4},
    connectionTimeoutMillis: 10_000,
    // Runs of a dead worker are found by whoever lives, workers and nightly runs.
    ...{supervise: true, superviseIntervalSeconds: 5, monitorIntervalSeconds: 5},
    schedule: false,
    ...{registerInstance: true, instanceName: instanceName(role, key), instanceHeartbeatSeconds: 3},
  });
  // It goes on by itself; without a listener it would end the process.
  boss.on('error', (error) => {
    context.report({
      topic: 'queue',
      text: isAway(error) ? `it is away: ${messageOf(error)}` : messageOf(error),
    });
  });
  const name = `p2plab-runs-${key}`;
  const close = (): Promise<void> => boss.stop({graceful: false, close: true});
  try {
    await withPatience(context, async () => {
      await boss.start();
      await boss.createQueue(name, {
        ...{heartbeatSeconds: heartbeat, retryLimit: lostWorkers, retryDelay: 0},
        // A kernel may have to be built first; who dies is found out by the heartbeat.
        expireInSeconds: 6 * 3600,
        deleteAfterSeconds: 14 * 24 * 3600,
      });
    });
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
  const workers = async (): Promise<number> => {
    const instances = await boss.getInstances();
    return instances.filter((one) => one.live && one.name === instanceName('worker', key)).length;
  };
  return {boss, name, workers, close};
}

function instanceName(role: string, key: string): string {
  return `p2plab ${role} ${key}`;
}

const affectedSchema = z.object({affected: z.number()});

/** How many jobs a command of pg-boss met: it says so, but not in its types. */
export function affected(response: object): number {
  return affectedSchema.parse(response).affected;
}
