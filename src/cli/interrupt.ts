// SPDX-License-Identifier: MIT
import type {Context, Progress} from '../base/context.ts';
import {Interrupted, isErrno} from '../base/errors.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Aborted when nobody reads our output any more. */
const unread = new AbortController();

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
    return await work({signal: AbortSignal.any([controller.signal, unread.signal]), report});
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}

/**
 * Ends what is at work when nobody reads on (`p2plab run | head -1`), as if it were interrupted. (A listener
 * for SIGPIPE would not do: a write to a QEMU that is gone raises it too.)
 */
export function endWithReader(): void {
  const closed = (error: Error): void => {
    if (!isErrno(error, 'EPIPE')) throw error;
    unread.abort(new Interrupted());
  };
  process.stdout.on('error', closed);
  process.stderr.on('error', closed);
}
