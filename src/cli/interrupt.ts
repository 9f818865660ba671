// SPDX-License-Identifier: MIT
import {setImmediate} from 'node:timers/promises';
import type {Context, Progress} from '../base/context.ts';
import {HostError, Interrupted, isErrno, type LabError} from '../base/errors.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Aborted when nobody reads our output any more, or when it cannot be written. */
const unread = new AbortController();

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
  const signal = AbortSignal.any([controller.signal, unread.signal]);
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

/**
 * Ends what is at work when nobody reads on (`p2plab run | head -1`), as if it were interrupted, and when output cannot
 * be written. (A listener for SIGPIPE would not do: a write to a QEMU that is gone raises it too.)
 * @returns why output could not be written, if that happened; asked for once everything is written
 */
export function watchOutput(): () => Promise<LabError | undefined> {
  let broken: LabError | undefined;
  for (const [stream, name] of [
    [process.stdout, 'output'],
    [process.stderr, 'error'],
  ] as const) {
    stream.on('error', (error: Error) => {
      // EIO: the terminal is gone.
      if (['EPIPE', 'EIO'].some((code) => isErrno(error, code))) {
        unread.abort(new Interrupted());
        return;
      }
      broken ??= new HostError(`cannot write to standard ${name}: ${error.message}`, {
        hint: 'is there room? what was run is in p2plab results list all the same',
        cause: error,
      });
      unread.abort(broken);
    });
  }
  return async () => {
    // A stream reports its error a turn after the write.
    await setImmediate();
    return broken;
  };
}
