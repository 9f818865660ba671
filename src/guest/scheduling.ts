// SPDX-License-Identifier: MIT
import {readdirSync, readFileSync} from 'node:fs';

/** What the host's scheduler has done with a thread; times in milliseconds since the thread began. */
export interface ThreadSample {
  /** As in proc(5): R runnable, S asleep by its own choice, D waits for the host's I/O, T stopped by a signal. */
  readonly state: string;
  readonly ran: number;
  /** Runnable without a CPU, as far as that is over. */
  readonly waited: number;
  /** How often it was given a CPU. */
  readonly turns: number;
}

/** The threads of a process, by TID. */
export type ProcessSample = ReadonlyMap<number, ThreadSample>;

/** What /proc shows of a process's threads; undefined when it is gone. */
export function sampleProcess(pid: number): ProcessSample | undefined {
  let tids: readonly string[];
  try {
    tids = readdirSync(`/proc/${pid}/task`);
  } catch {
    return undefined;
  }
  const threads = new Map<number, ThreadSample>();
  for (const tid of tids) {
    try {
      const sample = readThread(`/proc/${pid}/task/${tid}`);
      if (sample !== undefined) threads.set(Number(tid), sample);
    } catch {
      // It has ended meanwhile.
    }
  }
  return threads.size === 0 ? undefined : threads;
}

function readThread(folder: string): ThreadSample | undefined {
  const stat = readFileSync(`${folder}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0] ?? '';
  if (state === 'Z' || state === 'X') return undefined;
  const scheduled = readSchedule(folder);
  if (scheduled !== undefined) return {state, ...scheduled};
  // A host without CONFIG_SCHED_INFO: utime and stime, in ticks of 10 ms.
  const ran = (Number(fields[11]) + Number(fields[12])) * 10;
  return {state, ran, waited: 0, turns: ran};
}

/** Nanoseconds on a CPU, nanoseconds on a run queue, time slices: Documentation/scheduler/sched-stats.rst. */
function readSchedule(folder: string): Omit<ThreadSample, 'state'> | undefined {
  try {
    const [ran = 0, waited = 0, turns = 0] = readFileSync(`${folder}/schedstat`, 'utf8')
      .split(' ')
      .map(Number);
    return {ran: ran / 1e6, waited: waited / 1e6, turns};
  } catch {
    return undefined;
  }
}

/** What became of a process between two samples. */
export interface Served {
  /** How long the thread that fared worst could not go on for the host's sake; at most the time between. */
  readonly starvedMs: number;
  /** CPU time of all threads. */
  readonly ranMs: number;
}

/**
 * Tells how much of the `elapsedMs` between two samples the host withheld from a process: a thread was runnable
 * and had no CPU, was stopped by a signal, or waited for the host's disk. A thread that sleeps was not withheld
 * anything: a guest that idles for ever is idle by its own choice.
 */
export function servedBetween(before: ProcessSample, after: ProcessSample, elapsedMs: number): Served {
  let starvedMs = 0;
  let ranMs = 0;
  for (const [tid, now] of after) {
    const then = before.get(tid);
    const ran = now.ran - (then?.ran ?? 0);
    ranMs += ran;
    // Of a thread that has just begun nothing is known but what it did since.
    starvedMs = Math.max(starvedMs, now.waited - (then?.waited ?? 0));
    if (isStopped(now)) starvedMs = Math.max(starvedMs, elapsedMs);
    // A wait that still goes on is not in its sum yet.
    if (then !== undefined && waits(then) && waits(now) && now.turns === then.turns)
      starvedMs = Math.max(starvedMs, elapsedMs - ran);
  }
  return {starvedMs: Math.min(Math.max(0, starvedMs), elapsedMs), ranMs};
}

function isStopped({state}: ThreadSample): boolean {
  return state === 'T' || state === 't';
}

function waits({state}: ThreadSample): boolean {
  return state === 'R' || state === 'D';
}
