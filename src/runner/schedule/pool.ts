// SPDX-License-Identifier: MIT
import {type Context, checkpoint} from '../../base/context.ts';

/**
 * Does pieces of work, several at a time, in their order. The first error ends all of them, before it is thrown.
 * @throws Interrupted if the context was told to stop before all were done
 * @param work is given a context that is told to stop when another piece failed
 */
export async function pool<T>(
  jobs: number,
  pieces: readonly T[],
  context: Context,
  work: (piece: T, context: Context, index: number) => Promise<void>,
): Promise<void> {
  const broken = new AbortController();
  const together = {...context, signal: AbortSignal.any([context.signal, broken.signal])};
  let next = 0;
  const hand = async (): Promise<void> => {
    for (let index = next++; index < pieces.length; index = next++) {
      if (together.signal.aborted) return;
      try {
        await work(pieces[index] as T, together, index);
      } catch (error) {
        broken.abort();
        throw error;
      }
    }
  };
  const hands = Array.from({length: Math.min(jobs, pieces.length)}, hand);
  // The first rejection is the cause; the others were told to stop, and must have before we return.
  await Promise.all(hands).finally(() => Promise.allSettled(hands));
  // A hand that was told to stop left pieces behind it.
  checkpoint(context);
}
