// SPDX-License-Identifier: MIT
import {type Context, checkpoint} from '../base/context.ts';
import {messageOf} from '../base/errors.ts';

/** A part of a run that must be undone when the run ends: a database, a lock, a scratch directory, a guest. */
export interface Task<T> {
  /** Names the task where its teardown fails, for example `database`. */
  readonly title: string;
  /** Makes what the task is about. If it throws, there is nothing to tear down. */
  readonly setup: (context: Context) => Promise<T> | T;
  /** Undoes the setup. It is not interrupted: it has no context. */
  readonly teardown: (made: T) => Promise<unknown> | undefined;
}

/** Sets up the tasks of a run. */
export interface Tasks {
  /**
   * Sets up a task and returns what it made; it is torn down when the run ends.
   * @throws Interrupted if the context was aborted before
   */
  readonly begin: <T>(task: Task<T>) => Promise<T>;
}

/**
 * Runs `work`, then tears down its tasks, the last one first, whether the work succeeds, throws or is interrupted.
 * All of them are torn down, even if a teardown fails.
 * @throws what `work` threw; else the first error of a teardown. The other errors of teardowns are reported as progress.
 */
export async function withTasks<T>(context: Context, work: (tasks: Tasks) => Promise<T>): Promise<T> {
  const teardowns: {readonly title: string; readonly teardown: () => Promise<unknown> | undefined}[] = [];
  const begin = async <Made>({title, setup, teardown}: Task<Made>): Promise<Made> => {
    checkpoint(context);
    const made = await setup(context);
    teardowns.push({title, teardown: () => teardown(made)});
    return made;
  };
  const errors: unknown[] = [];
  const attempt = async (step: () => Promise<unknown> | undefined, title?: string): Promise<unknown> => {
    try {
      return await step();
    } catch (error) {
      if (errors.length > 0 && title !== undefined)
        context.report({topic: title, text: `teardown failed: ${messageOf(error)}`});
      errors.push(error);
      return undefined;
    }
  };
  checkpoint(context);
  const result = (await attempt(() => work({begin}))) as T;
  for (const {title, teardown} of teardowns.reverse()) await attempt(teardown, title);
  if (errors.length > 0) throw errors[0];
  return result;
}
