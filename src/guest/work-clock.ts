// SPDX-License-Identifier: MIT
import {uptime} from 'node:os';
import {type ProcessSample, sampleProcess, servedBetween} from './scheduling.ts';

/** How often what is timed is looked at, in milliseconds. */
export const tickMs = 250;

/** More than this between two ticks, and the lab itself was stopped or had no CPU. */
const latest = 2 * tickMs;

/** For how long starvation is remembered, in milliseconds: longer than a kernel's own watchdogs look back. */
const memory = 300_000;

/** A clock that stands still while the host keeps what is timed from going on. Times in milliseconds. */
export interface WorkClock {
  /** The time that has counted so far. */
  readonly now: () => number;
  /** The time that the host withheld so far. */
  readonly lost: () => number;
}

/** The time in which this process was scheduled. It has to be asked every {@link tickMs}. */
export class LabClock implements WorkClock {
  #last = performance.now();
  #counted = 0;
  #lost = 0;

  now(): number {
    const now = performance.now();
    const elapsed = now - this.#last;
    this.#last = now;
    const counted = Math.min(elapsed, latest);
    this.#counted += counted;
    this.#lost += elapsed - counted;
    return this.#counted;
  }

  lost(): number {
    return this.#lost;
  }
}

/** A stretch of time of which the host withheld a part. */
interface Stretch {
  /** performance.now() at its end. */
  readonly end: number;
  readonly lostMs: number;
}

/**
 * The time in which a guest could go on: the lab was there to see it, and QEMU had the CPUs that it asked for or
 * slept by its own choice. A loaded host makes it slow; a stopped QEMU, a stopped lab or a host that is
 * suspended makes it stand still. QEMU's CPU time goes with it.
 */
export class GuestClock implements WorkClock {
  readonly #pid: number;
  #sample: ProcessSample | undefined;
  #last = performance.now();
  /** Seconds since boot, in which a suspended host is counted; performance.now() leaves that out. */
  #uptime = uptime();
  #counted = 0;
  #lost = 0;
  #cpu = 0;
  #stretches: Stretch[] = [];

  constructor(pid: number) {
    this.#pid = pid;
    this.#sample = sampleProcess(pid);
  }

  /** Looks at QEMU. Whoever owns the clock does it every {@link tickMs}. */
  tick(): void {
    const now = performance.now();
    const up = uptime();
    const elapsed = now - this.#last;
    const suspended = Math.max(0, (up - this.#uptime) * 1000 - elapsed);
    const sample = sampleProcess(this.#pid);
    this.#last = now;
    this.#uptime = up;
    if (elapsed <= 0) return;
    const served =
      sample === undefined || this.#sample === undefined
        ? {starvedMs: 0, ranMs: 0}
        : servedBetween(this.#sample, sample, elapsed);
    this.#sample = sample;
    this.#cpu += served.ranMs;
    const seen = Math.min(elapsed, latest);
    const counted = seen * (1 - served.starvedMs / elapsed);
    this.#counted += counted;
    // The two clocks are not read at once, and one has hundredths only.
    const lostMs = elapsed - counted + (suspended > 1000 ? suspended : 0);
    this.#lost += lostMs;
    this.#stretches = this.#stretches.filter(({end}) => now - end < memory);
    this.#stretches.push({end: now, lostMs});
  }

  now(): number {
    return this.#counted;
  }

  lost(): number {
    return this.#lost;
  }

  /** QEMU's CPU time so far, of all its threads. */
  cpu(): number {
    return this.#cpu;
  }

  /** The time that the host withheld in the last `windowMs`. */
  lostWithin(windowMs: number): number {
    const begin = performance.now() - windowMs;
    return this.#stretches.reduce((sum, {end, lostMs}) => (end >= begin ? sum + lostMs : sum), 0);
  }
}
