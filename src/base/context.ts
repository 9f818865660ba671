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
}

/** Throws {@link Interrupted} once the context was told to stop. */
export function checkpoint({signal}: Pick<Context, 'signal'>): void {
  if (signal.aborted) throw new Interrupted();
}
