// SPDX-License-Identifier: MIT
import type {Context, Progress} from '../base/context.ts';
import {Interrupted} from '../base/errors.ts';

/**
 * Runs a command's work with a context that Ctrl-C (SIGINT), SIGTERM and SIGHUP stop. A second signal does
 * not wait for the tidying up.
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
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, stop);
  try {
    return await work({signal: controller.signal, report});
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}
