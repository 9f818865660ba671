// SPDX-License-Identifier: MIT
import type {Context} from '../base/context.ts';
import {messageOf} from '../base/errors.ts';
import type {Connection} from '../results/database/connect.ts';
import type {Task} from './tasks.ts';

/**
 * Records runs as they end, beside the work. A database that cannot be had costs a run nothing: its bundle is
 * there, and can be imported.
 */
export class RunRecorder {
  readonly #opened: Promise<Connection | undefined>;
  #work: Promise<void> = Promise.resolve();
  #trouble: string | undefined;

  constructor(url: string | undefined, context: Context) {
    // It is loaded while the first guest boots.
    this.#opened = import('../results/database/connect.ts')
      .then(({openDatabase}) => openDatabase(url, context))
      .catch((error: unknown) => {
        this.#trouble = messageOf(error);
        return undefined;
      });
  }

  /** Records the run of a bundle when those before it are. */
  add(bundle: string): void {
    this.#work = this.#work.then(async () => {
      const connection = await this.#opened;
      if (connection === undefined) return;
      try {
        const [{readBundle}, {recordRun}] = await Promise.all([
          import('../results/bundle-facts.ts'),
          import('../results/database/record.ts'),
        ]);
        await recordRun(connection.db, await readBundle(bundle));
      } catch (error) {
        this.#trouble ??= messageOf(error);
      }
    });
  }

  /** Waits for all to be recorded; returns what went wrong, if anything did. */
  async close(): Promise<string | undefined> {
    await this.#work;
    await (await this.#opened)?.close();
    return this.#trouble;
  }
}

/**
 * Returns the task that records runs as they end.
 * @param warn is called at the end, with the first reason for which a run was not recorded
 */
export function recording(url: string | undefined, warn: (text: string) => void): Task<RunRecorder> {
  return {
    title: 'database',
    setup: (context) => new RunRecorder(url, context),
    teardown: async (recorder) => {
      const trouble = await recorder.close();
      if (trouble !== undefined) warn(`not recorded: ${trouble}`);
    },
  };
}
