// SPDX-License-Identifier: MIT
import type {Context} from '../../base/context.ts';
import {type Load, nextToRun} from '../../plan/packing.ts';

/** What is packed: it takes something of its host. */
export interface Loaded {
  readonly load: Load;
}

/** Works on all that waits, as much at the same time as fits the host. The first error ends it. */
export async function packed<T extends Loaded>(
  queue: readonly T[],
  host: Load,
  context: Context,
  work: (one: T, context: Context) => Promise<void>,
): Promise<void> {
  const broken = new AbortController();
  const together = {...context, signal: AbortSignal.any([context.signal, broken.signal])};
  const waiting = [...queue];
  const running = new Map<Promise<void>, Load>();
  try {
    for (;;) {
      const next = nextToRun(
        waiting.map(({load}) => load),
        [...running.values()],
        host,
      );
      if (next === undefined) {
        if (running.size === 0) return;
        await Promise.race(running.keys());
        continue;
      }
      const [begun] = waiting.splice(next, 1);
      if (begun === undefined) return;
      const ended: Promise<void> = work(begun, together).finally(() => running.delete(ended));
      running.set(ended, begun.load);
    }
  } catch (error) {
    broken.abort();
    throw error;
  } finally {
    await Promise.allSettled(running.keys());
  }
}
