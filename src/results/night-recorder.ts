// SPDX-License-Identifier: MIT
import {randomBytes} from 'node:crypto';
import type {Context} from '../base/context.ts';
import {type RunFacts, factsOf, readBundle} from './bundle-facts.ts';
import type {Connection} from './database/connect.ts';
import {endNight, openNight, recordedIn, type CaseOutcome, type NightHead} from './database/nights.ts';
import {withPatience} from './database/patience.ts';
import {type Case, recordRun} from './database/record.ts';
import {thisHost} from './host.ts';

/** A run that could not be begun: there is no bundle to read. */
export interface Unbegun extends Case {
  readonly reason: string;
  readonly qemu: string;
}

/** Writes a night into the database: each attempt when it is made, what it all means at the end. */
export class NightRecorder {
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

  /** Begins a night, or goes on with one. */
  static async open(connection: Connection, head: NightHead, context: Context): Promise<NightRecorder> {
    const {db} = connection;
    return withPatience(context, async () => {
      const id = await openNight(db, head);
      return new NightRecorder(connection, context, id, await recordedIn(db, id));
    });
  }

  /** Records an attempt from its bundle; once only, however often it is told. */
  async add(bundle: string): Promise<void> {
    const facts = await readBundle(bundle);
    if (!this.#recorded.has(facts.name)) await this.#record(facts);
  }

  /** Records a run that could not be begun, and returns the name that it goes by. */
  async addUnbegun({reason, qemu, ...about}: Unbegun): Promise<string> {
    const begun = new Date().toISOString();
    const name = `unbegun_${about.scenario.replaceAll('/', '.')}_${about.kernel}_${randomBytes(6).toString('hex')}`;
    const record = {...about, verdict: 'error', reason, qemu, durationMs: 0, independent: false} as const;
    const host = thisHost();
    await this.#record(
      factsOf({
        ...{name, begun, bundle: undefined},
        record: {...record, steps: [], kernelSays: []},
        environment: {
          ...{host: host.name, hostFacts: {...host}, acceleration: '', qemu, image: '', kernelInputs: {}},
          kernel: {name: about.kernel, key: '', release: ''},
        },
      }),
    );
    return name;
  }

  /** Says what has changed, and that the night is over. */
  async end(outcomes: readonly CaseOutcome[]): Promise<void> {
    await withPatience(this.#context, () => endNight(this.#connection.db, this.id, outcomes));
  }

  async #record(facts: RunFacts): Promise<void> {
    await withPatience(this.#context, () => recordRun(this.#connection.db, facts, this.id));
    this.#recorded.add(facts.name);
  }
}
