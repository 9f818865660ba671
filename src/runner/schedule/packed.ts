// SPDX-License-Identifier: MIT
import {type Context, checkpoint} from '../../base/context.ts';
import {type Load, nextToRun} from './packing.ts';

/** What is packed: it takes something of its host. */
export interface Loaded {
  readonly load: Load;
}

/**
 * Works on all that waits, as much at the same time as fits the host. The first error ends it. A guest that is idle
 * (`idle` of the context) leaves its processors to the next: what it did is judged while that one boots.
 * @param work says whether the piece is done; else it comes again, before all that waits
 */
export async function packed<T extends Loaded>(
  queue: readonly T[],
  host: Load,
  context: Context,
  work: (one: T, context: Context) => Promise<'done' | 'again'>,
): Promise<void> {
  const broken = new AbortController();
  const signal = AbortSignal.any([context.signal, broken.signal]);
  const waiting = [...queue];
  const running = new Map<Promise<void>, Load>();
  let wake: () => void = () => undefined;
  const begin = (one: T): void => {
    const idle = (): void => {
      if (!running.has(ended)) return;
      running.set(ended, {...one.load, cpus: 0});
      wake();
    };
    const ended: Promise<void> = work(one, {...context, signal, idle})
      .then((state) => {
        if (state === 'again') waiting.unshift(one);
      })
      .finally(() => running.delete(ended));
    running.set(ended, one.load);
  };
  try {
    for (;;) {
      const next = nextToRun(
        waiting.map(({load}) => load),
        [...running.values()],
        host,
      );
      checkpoint({signal});
      if (next === undefined) {
        if (running.size === 0) return;
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        await Promise.race([woken, ...running.keys()]);
        continue;
      }
      const [one] = waiting.splice(next, 1);
      if (one === undefined) return;
      begin(one);
    }
  } catch (error) {
    broken.abort();
    throw error;
  } finally {
    await Promise.allSettled(running.keys());
  }
}
