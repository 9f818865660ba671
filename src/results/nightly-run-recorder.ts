// SPDX-License-Identifier: MIT
import path from 'node:path';
import type {Context} from '../base/context.ts';
import {type RunFacts, readBundle} from './bundle-facts.ts';
import type {Connection} from './database/connect.ts';
import {
  endNightlyRun,
  openNightlyRun,
  recordedIn,
  type CaseOutcome,
  type NightlyRunHead,
} from './database/nightly-runs.ts';
import {withPatience} from './database/patience.ts';
import {recordRun} from './database/record.ts';
import {type Unbegun, unbegunFacts} from './unbegun.ts';

/** Writes a nightly run into the database: each attempt when it is made, what it all means at the end. */
export class NightlyRunRecorder {
  readonly id: number;
  readonly #connection: Connection;
  readonly #context: Context;
  readonly #recorded: Set<string>;

  private constructor(connection: Connection, context: Context, id: number, recorded: ReadonlySet<string>) {
    this.id = id;
    this.#connection = connection;
    this.#context = context;
    this.#recorded = new Set(recorded);
  }

  /** Begins a nightly run, or goes on with one. */
  static async open(
    connection: Connection,
    head: NightlyRunHead,
    context: Context,
  ): Promise<NightlyRunRecorder> {
    const {db} = connection;
    return withPatience(context, async () => {
      const id = await openNightlyRun(db, head);
      return new NightlyRunRecorder(connection, context, id, await recordedIn(db, id));
    });
  }

  /** Records an attempt from its bundle; once only, however often it is told, and whoever recorded it. */
  async add(bundle: string): Promise<void> {
    // Its folder may be on another host.
    if (this.#recorded.has(path.basename(bundle))) return;
    await this.#record(await readBundle(bundle));
  }

  /** An attempt that another process has recorded. */
  note(run: string): void {
    this.#recorded.add(run);
  }

  /** Records a run that could not be begun, and returns the name that it goes by. */
  async addUnbegun(unbegun: Unbegun): Promise<string> {
    const facts = unbegunFacts(unbegun);
    await this.#record(facts);
    return facts.name;
  }

  /** Says what has changed, and that the nightly run is over. */
  async end(outcomes: readonly CaseOutcome[]): Promise<void> {
    await withPatience(this.#context, () => endNightlyRun(this.#connection.db, this.id, outcomes));
  }

  async #record(facts: RunFacts): Promise<void> {
    await withPatience(this.#context, () => recordRun(this.#connection.db, facts, this.id));
    this.#recorded.add(facts.name);
  }
}
