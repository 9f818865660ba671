// SPDX-License-Identifier: MIT
import {setImmediate} from 'node:timers/promises';
import type {Context, Progress} from '../base/context.ts';
import {Interrupted} from '../base/errors.ts';
import {unread} from '../base/output.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs a command's work with a context that Ctrl-C (SIGINT), SIGTERM, SIGHUP and a closed pipe stop. A second
 * signal does not wait for the tidying up.
 * @throws Interrupted after a signal, whatever the work made of it: what was cut short has no result
 */
export async function interruptible<T>(
  report: (progress: Progress) => void,
  work: (context: Context) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const signal = AbortSignal.any([controller.signal, unread]);
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new Interrupted());
  };
  for (const name of signals) process.on(name, stop);
  try {
    const result = await work({signal, report});
    if (controller.signal.aborted) throw new Interrupted();
    return result;
  } catch (error) {
    // Ctrl-C reaches the children as well: their end may be seen before the signal is.
    await setImmediate();
    if (signal.aborted) throw signal.reason;
    throw error;
  } finally {
    for (const name of signals) process.off(name, stop);
  }
}
