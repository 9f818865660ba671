// SPDX-License-Identifier: MIT
import {Interrupted} from './errors.ts';

/** Something that a person who waits wants to know. `topic` stays the same while `text` moves on. */
export interface Progress {
  readonly topic: string;
  readonly text: string;
}

/** What every long piece of work is given: when to stop, and whom to tell how far it is. */
export interface Context {
  readonly signal: AbortSignal;
  readonly report: (progress: Progress) => void;
  /** Told when a guest of this work has done all that it will, and takes next to nothing of the processor. */
  readonly idle?: () => void;
}

/** Throws {@link Interrupted} once the context was told to stop. */
export function checkpoint({signal}: Pick<Context, 'signal'>): void {
  if (signal.aborted) throw new Interrupted();
}

/**
 * Runs work that must end by itself within a time: its context is told to stop at the limit too.
 * @param limit milliseconds
 * @returns what `work` returns, or 'late' when it was stopped by the limit
 */
export async function withDeadline<T>(
  limit: number,
  context: Context,
  work: (context: Context) => Promise<T>,
): Promise<T | 'late'> {
  checkpoint(context);
  const controller = new AbortController();
  const timing = {late: false};
  const stop = (): void => {
    controller.abort(new Interrupted());
  };
  const timer = setTimeout(() => {
    timing.late = true;
    stop();
  }, limit);
  context.signal.addEventListener('abort', stop, {once: true});
  try {
    return await work({...context, signal: controller.signal});
  } catch (error) {
    checkpoint(context);
    if (timing.late) return 'late';
    throw error;
  } finally {
    clearTimeout(timer);
    context.signal.removeEventListener('abort', stop);
  }
}
