// SPDX-License-Identifier: MIT
import {setTimeout as delay} from 'node:timers/promises';
import {type Context, checkpoint} from '../../base/context.ts';
import {HostError, messageOf} from '../../base/errors.ts';

/** What node and PostgreSQL (appendix A of its manual) say while a server is away, starts or ends. */
const away =
  /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOENT|57P0[1-3]|08[0-9A-Z]{3}|Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/;

/** How long a database may be away before a nightly run ends for it, in milliseconds. */
const longest = 120_000;

/** Does work on a database again while that is away: a server that is restarted costs a nightly run nothing. */
export async function withPatience<T>(context: Context, work: () => Promise<T>): Promise<T> {
  const begun = Date.now();
  for (let wait = 200; ; wait = Math.min(wait * 2, 3000)) {
    try {
      return await work();
    } catch (error) {
      if (!isAway(error)) throw error;
      if (Date.now() - begun > longest)
        throw new HostError(
          `the database has been away for ${longest / 60_000} minutes: ${messageOf(error)}`,
          {
            hint: 'is it running, and does it let you in?',
            cause: error,
          },
        );
      context.report({topic: 'database', text: `it is away: ${messageOf(error)}`});
      await delay(wait, undefined, {signal: context.signal}).catch(() => undefined);
      checkpoint(context);
    }
  }
}

/** Whether an error says that the database cannot be reached for the time being. */
export function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (error instanceof AggregateError && error.errors.some(isAway)) return true;
  return away.test(code) || away.test(error.message) || isAway(error.cause);
}
