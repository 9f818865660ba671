// SPDX-License-Identifier: MIT
import {setTimeout as pause} from 'node:timers/promises';
import {HostError} from '../base/errors.ts';
import {LabClock, tickMs, type WorkClock} from './work-clock.ts';

/** A wait that took too long. It says what was waited for, and how long. */
export class WaitError extends HostError {
  constructor(milliseconds: number, what: string) {
    super(`waited ${milliseconds / 1000} s for ${what}`);
  }
}

/** What to do about a host that withholds CPU time. */
export const starvedHint =
  'QEMU was stopped, or had no CPU: run fewer guests at a time (--jobs), or on a host with less load';

/** A wait that the host kept from its end: it says nothing about what was waited for. */
class StarvedError extends HostError {
  constructor(what: string, worked: number, lost: number) {
    super(
      `the host let the guest run for ${seconds(worked)} s of ${seconds(worked + lost)} s, while p2plab waited for ${what}`,
      {hint: starvedHint},
    );
  }
}

/** A host that withholds more than this many times a limit, and more than two minutes, is given up. */
const patience = {times: 4, leastMs: 120_000} as const;

/**
 * Waits for a promise, but not longer than `milliseconds` of a clock: by default the time in which the lab itself
 * was scheduled. What has arrived by the end is taken notice of first: a lab that was stopped finds its limits
 * behind it before it has read what came meanwhile.
 * @throws WaitError that names `what`; StarvedError when the host withheld much more than the limit
 */
export async function within<T>(
  milliseconds: number,
  what: string,
  promise: Promise<T>,
  clock: WorkClock = new LabClock(),
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let settled = false;
  const begin = clock.now();
  const lostBefore = clock.lost();
  const mostLost = Math.max(patience.leastMs, patience.times * milliseconds);
  const limit = new Promise<never>((_resolve, reject) => {
    const look = (): void => {
      const worked = clock.now() - begin;
      const lost = clock.lost() - lostBefore;
      const left = milliseconds - worked;
      const late =
        left <= 0
          ? new WaitError(milliseconds, what)
          : lost > mostLost
            ? new StarvedError(what, worked, lost)
            : undefined;
      if (late !== undefined) {
        // Twice: timers come before what was read, and its handlers may have to wait for a turn.
        setImmediate(() => {
          setImmediate(reject, late);
        });
        return;
      }
      if (settled) return;
      timer = setTimeout(look, Math.min(left, tickMs));
      // A wait that nobody is interested in any more must not keep the lab from ending.
      timer.unref();
    };
    look();
  });
  // Nobody may be there to hear of it any more.
  limit.catch(() => undefined);
  try {
    return await Promise.race([promise, limit]);
  } finally {
    settled = true;
    clearTimeout(timer);
  }
}

/**
 * Asks again every `everyMs` until a condition holds, for at most `milliseconds` of a clock. After the limit it
 * has been asked once more.
 * @throws WaitError that names `what`; StarvedError when the host withheld much more than the limit
 */
export async function until(
  condition: () => Promise<boolean>,
  {milliseconds, what, everyMs}: {milliseconds: number; what: string; everyMs: number},
  clock: WorkClock,
): Promise<void> {
  const begin = clock.now();
  const lostBefore = clock.lost();
  for (;;) {
    const worked = clock.now() - begin;
    const lost = clock.lost() - lostBefore;
    if (await condition()) return;
    if (worked > milliseconds) throw new WaitError(milliseconds, what);
    if (lost > Math.max(patience.leastMs, patience.times * milliseconds))
      throw new StarvedError(what, worked, lost);
    await pause(everyMs);
  }
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(0);
}
