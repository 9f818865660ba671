// SPDX-License-Identifier: MIT
import {hostname} from 'node:os';
import {setTimeout as delay} from 'node:timers/promises';
import type {Context} from '../../base/context.ts';
import {type Job, readJob} from './job.ts';
import {affected, type Queue} from './queue.ts';
import {withPatience} from '../../results/database/patience.ts';

/** A job that this worker has taken: with the number of times that it was taken before, nobody else's. */
export interface Claim {
  readonly id: string;
  readonly retryCount: number;
  /** Undefined for what is no job. */
  readonly job: Job | undefined;
}

/** How often a claim is told to be alive, in milliseconds: thrice before it is lost. */
const refresh = 3000;

/** Takes the next job, if one waits. */
export async function take({boss, name}: Queue, context: Context): Promise<Claim | undefined> {
  const [taken] = await withPatience(context, () => boss.fetch(name));
  return taken && {id: taken.id, retryCount: taken.retryCount, job: readJob(taken.data)};
}

/**
 * Keeps a claim alive while `work` is at it, whose context is told to stop when the claim is lost: the run is
 * another's then.
 */
export async function whileHeld<T>(
  {boss, name}: Queue,
  {id, retryCount}: Claim,
  context: Context,
  work: (context: Context, lost: AbortSignal) => Promise<T>,
): Promise<T> {
  const lost = new AbortController();
  const done = new AbortController();
  const beat = async (): Promise<void> => {
    for (;;) {
      await delay(refresh, undefined, {signal: done.signal}).catch(() => undefined);
      if (done.signal.aborted) return;
      // While the database is away nobody can take the run over: what there is to lose is known when it is back.
      const held = await boss.touch(name, {id, retryCount}).catch(() => undefined);
      if (held !== undefined && affected(held) === 0) {
        lost.abort();
        return;
      }
    }
  };
  const beating = beat();
  try {
    return await work({...context, signal: AbortSignal.any([context.signal, lost.signal])}, lost.signal);
  } finally {
    done.abort();
    await beating;
  }
}

/** Gives a job back, for another worker to take at once. If that cannot be said, silence will. */
export async function giveBack({boss, name}: Queue, {id, retryCount}: Claim, why: string): Promise<void> {
  const message = `${hostname()}: ${why}`;
  const patience = delay(3000, undefined, {ref: false});
  await Promise.race([boss.fail(name, {id, retryCount}, {message}).catch(() => undefined), patience]);
}
