// SPDX-License-Identifier: MIT
import {setTimeout as delay} from 'node:timers/promises';
import {sql} from 'kysely';
import {type Context, checkpoint} from '../../base/context.ts';
import {HostError, Interrupted} from '../../base/errors.ts';
import {withPatience} from '../../results/database/patience.ts';
import type {Database} from '../../results/database/tables.ts';
import {type Job, type Made, readMade} from './job.ts';
import {type Queue, schema} from './queue.ts';

/** How a job ended: with what a worker made of it, or without. */
export type Ended = {readonly made: Made} | {readonly failed: string};

interface Waiting {
  readonly job: Job;
  readonly resolve: (ended: Ended) => void;
  readonly reject: (error: unknown) => void;
}

interface Row {
  readonly id: string;
  readonly state: string;
  readonly retry_count: number;
  readonly output: unknown;
}

/** How often all that is outstanding is looked after, in milliseconds. */
const interval = 500;

/** A nightly run without a worker says so after this time, in milliseconds. */
const lonely = 15_000;

/** The jobs that a nightly run waits for, all looked after with one query. */
export class Outstanding {
  readonly #db: Database;
  readonly #queue: Queue;
  readonly #context: Context;
  readonly #waiting = new Map<string, Waiting>();
  readonly #unsent = new Set<string>();
  readonly #watch: Promise<void>;
  readonly #closed = new AbortController();
  #ended = 0;
  #lastSeen = performance.now();
  #failed: unknown;

  constructor(db: Database, queue: Queue, context: Context) {
    this.#db = db;
    this.#queue = queue;
    this.#context = context;
    this.#watch = this.#look().catch((error: unknown) => {
      this.#failed = error;
      for (const {reject} of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    });
  }

  /** Queues a job, if it is not queued or done already, and waits for its end. */
  make(id: string, job: Job, {signal}: Pick<Context, 'signal'>): Promise<Ended> {
    return new Promise((resolve, reject) => {
      if (this.#failed !== undefined) {
        reject(new HostError('the queue could not be looked after', {cause: this.#failed}));
        return;
      }
      const stop = (): void => {
        this.#waiting.delete(id);
        reject(new Interrupted());
      };
      signal.addEventListener('abort', stop, {once: true});
      const settled = <T>(settle: (value: T) => void) => {
        return (value: T): void => {
          signal.removeEventListener('abort', stop);
          settle(value);
        };
      };
      this.#waiting.set(id, {job, resolve: settled(resolve), reject: settled(reject)});
      this.#unsent.add(id);
    });
  }

  /** Waits no longer. What is queued stays: who goes on with the nightly run finds it. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#watch;
  }

  async #look(): Promise<void> {
    const signal = AbortSignal.any([this.#context.signal, this.#closed.signal]);
    while (!this.#closed.signal.aborted) {
      checkpoint(this.#context);
      if (this.#waiting.size > 0) {
        await this.#send();
        await this.#poll();
      }
      await delay(interval, undefined, {signal}).catch(() => undefined);
    }
  }

  async #send(): Promise<void> {
    const ids = [...this.#unsent];
    if (ids.length === 0) return;
    const jobs = ids.flatMap((id) => {
      const job = this.#waiting.get(id)?.job;
      return job === undefined ? [] : [{id, data: job}];
    });
    // What is known there already stays as it is.
    await withPatience(this.#context, () => this.#queue.boss.insert(this.#queue.name, jobs));
    for (const id of ids) this.#unsent.delete(id);
  }

  async #poll(): Promise<void> {
    const ids = [...this.#waiting.keys()].filter((id) => !this.#unsent.has(id));
    const rows = await withPatience(this.#context, () => this.#rows(ids));
    const found = new Set(rows.map(({id}) => id));
    // A queue that is emptied by hand, or that nobody looked at for weeks.
    for (const id of ids) if (!found.has(id)) this.#unsent.add(id);
    for (const row of rows) {
      const ended = endOf(row);
      if (ended === undefined) continue;
      this.#waiting.get(row.id)?.resolve(ended);
      this.#waiting.delete(row.id);
      this.#ended++;
    }
    await this.#tell(rows);
  }

  async #rows(ids: readonly string[]): Promise<readonly Row[]> {
    const {rows} = await sql<Row>`
      select id::text as id, state::text as state, retry_count, output
      from ${sql.id(schema, 'job')}
      where name = ${this.#queue.name} and id = any(${ids}::uuid[])`.execute(this.#db);
    return rows;
  }

  async #tell(rows: readonly Row[]): Promise<void> {
    const workers = await withPatience(this.#context, () => this.#queue.workers());
    if (workers > 0) this.#lastSeen = performance.now();
    const running = rows.filter(({state}) => state === 'active').length;
    const waiting = this.#waiting.size - running;
    const text = `${this.#ended} done, ${running} running, ${waiting} waiting, ${count(workers)}`;
    this.#context.report({topic: 'queue', text});
    if (performance.now() - this.#lastSeen < lonely) return;
    this.#context.report({
      topic: 'workers',
      text: `none has this lab (${this.#queue.name}): start \`p2plab worker\` from the same checkout`,
    });
  }
}

function count(workers: number): string {
  return workers === 1 ? '1 worker' : `${workers} workers`;
}

function endOf({state, output, retry_count: retries}: Row): Ended | undefined {
  if (state === 'completed') {
    const made = readMade(output);
    return made === undefined ? {failed: 'its worker left no result'} : {made};
  }
  if (state === 'cancelled') return {failed: 'it was taken out of the queue'};
  if (state !== 'failed') return undefined;
  const times = retries + 1;
  return {failed: `${times} workers took it and none brought it to an end: ${messageIn(output)}`};
}

/** What pg-boss keeps of a failure: `{message}`, or that as a value. */
function messageIn(output: unknown): string {
  if (typeof output !== 'object' || output === null) return 'nothing is known of the last';
  if ('message' in output && typeof output.message === 'string') return output.message;
  return 'value' in output ? messageIn(output.value) : 'nothing is known of the last';
}
