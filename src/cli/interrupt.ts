// SPDX-License-Identifier: MIT
import type {Context, Progress} from '../base/context.ts';
import {Interrupted, isErrno} from '../base/errors.ts';

/** SIGPIPE stands for a reader of our output that went away: see {@link endWithReader}. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGPIPE'] as const;

/**
 * Runs a command's work with a context that Ctrl-C (SIGINT), SIGTERM, SIGHUP and a closed pipe stop. A second
 * signal does not wait for the tidying up.
 */
export async function interruptible<T>(
  report: (progress: Progress) => void,
  work: (context: Context) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new Interrupted());
  };
  for (const signal of signals) process.on(signal, stop);
  try {
    return await work({signal: controller.signal, report});
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}

/** Nobody reads on (`p2plab run | head -1`): what is at work ends as if it were interrupted, without a word. */
export function endWithReader(): void {
  let told = false;
  const closed = (error: Error): void => {
    if (!isErrno(error, 'EPIPE')) throw error;
    if (told) return;
    told = true;
    process.emit('SIGPIPE');
  };
  process.stdout.on('error', closed);
  process.stderr.on('error', closed);
}
