// SPDX-License-Identifier: MIT
import {HostError} from '../base/errors.ts';

/** A wait that took too long. It says what was waited for, and how long. */
export class WaitError extends HostError {
  constructor(milliseconds: number, what: string) {
    super(`waited ${milliseconds / 1000} s for ${what}`);
  }
}

/**
 * Waits for a promise, but not longer than `milliseconds`.
 * @throws WaitError that names `what`
 */
export async function within<T>(milliseconds: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new WaitError(milliseconds, what));
    }, milliseconds);
    // A wait that nobody is interested in any more must not keep the lab from ending.
    timer.unref();
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
