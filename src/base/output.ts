// SPDX-License-Identifier: MIT
import {setImmediate} from 'node:timers/promises';
import {HostError, Interrupted, isErrno, type LabError} from './errors.ts';

const controller = new AbortController();

/** Aborted when nobody reads the output any more, or when it cannot be written. */
export const unread: AbortSignal = controller.signal;

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
        controller.abort(new Interrupted());
        return;
      }
      broken ??= new HostError(`cannot write to standard ${name}: ${error.message}`, {
        hint: 'is there room? what was run is in p2plab results list all the same',
        cause: error,
      });
      controller.abort(broken);
    });
  }
  return async () => {
    // A stream reports its error a turn after the write.
    await setImmediate();
    return broken;
  };
}
