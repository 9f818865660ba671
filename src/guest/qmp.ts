// SPDX-License-Identifier: MIT
import type {Socket} from 'node:net';
import * as z from 'zod';
import {debugOf} from '../base/debug.ts';
import {HostError} from '../base/errors.ts';
import {onLines} from './lines.ts';
import {within} from './within.ts';
import type {WorkClock} from './work-clock.ts';

const debug = debugOf('qmp');

/** An event that QEMU sent: docs/interop/qmp-spec.rst. */
export interface QmpEvent {
  readonly event: string;
  readonly data?: Readonly<Record<string, unknown>> | undefined;
}

/** More than the longest answer: that to `info mtree`. */
const answerLimit = 16 * 1024 * 1024;

interface Reply {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** All that a server may send: docs/interop/qmp-spec.rst. */
const messageSchema = z.object({
  QMP: z.unknown().optional(),
  id: z.number().optional(),
  return: z.unknown().optional(),
  error: z.object({class: z.string(), desc: z.string()}).optional(),
  event: z.string().optional(),
  data: z.record(z.string(), z.unknown()).optional(),
});

/** A QMP session on a connected socket. */
export class Qmp {
  readonly #socket: Socket;
  readonly #pending = new Map<number, Reply>();
  readonly #onEvent: (event: QmpEvent) => void;
  readonly #clock: WorkClock | undefined;
  #next = 1;
  #greeting: {readonly resolve: () => void; readonly reject: (error: Error) => void} | undefined;
  #broken: HostError | undefined;

  private constructor(socket: Socket, onEvent: (event: QmpEvent) => void, clock: WorkClock | undefined) {
    this.#socket = socket;
    this.#onEvent = onEvent;
    this.#clock = clock;
    onLines(socket, answerLimit, (line) => {
      this.#receive(line);
    });
    socket.on('close', () => {
      this.#break(new HostError('QEMU closed its QMP socket'));
    });
  }

  /**
   * Greets QEMU and leaves the negotiation mode.
   * @param clock by which QEMU's answers may take so long
   */
  static async open(socket: Socket, onEvent: (event: QmpEvent) => void, clock?: WorkClock): Promise<Qmp> {
    const qmp = new Qmp(socket, onEvent, clock);
    const greeting = new Promise<void>((resolve, reject) => {
      qmp.#greeting = {resolve, reject};
    });
    await within(10_000, "QEMU's QMP greeting", greeting, clock);
    await qmp.execute('qmp_capabilities');
    return qmp;
  }

  /**
   * Runs a command.
   * @returns what QEMU returns for it
   * @throws HostError with QEMU's words, when QEMU is gone, or after `limit` milliseconds
   */
  async execute(
    command: string,
    args: Readonly<Record<string, unknown>> = {},
    limit = 10_000,
  ): Promise<unknown> {
    if (this.#broken !== undefined)
      throw new HostError(`QEMU is gone: cannot ${command} (${this.#broken.message})`);
    const id = this.#next++;
    const answer = new Promise((resolve, reject) => {
      this.#pending.set(id, {resolve, reject});
    });
    const request = JSON.stringify({execute: command, arguments: args, id});
    debug?.(`> ${request}`);
    this.#socket.write(`${request}\n`);
    return within(limit, `QEMU's answer to ${command}`, answer, this.#clock);
  }

  /** Runs a command of the human monitor and returns what it prints. */
  async monitor(line: string): Promise<string> {
    return String(await this.execute('human-monitor-command', {'command-line': line}));
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(line: string): void {
    if (this.#broken !== undefined || line === '') return;
    debug?.(`< ${line}`);
    const message = parseMessage(line);
    if (message === undefined) {
      const words = JSON.stringify(line.slice(0, 200));
      this.#break(new HostError(`QEMU sent what is no message of QMP (${line.length} characters): ${words}`));
      this.#socket.destroy();
      return;
    }
    const {id, error, event, data} = message;
    if (message.QMP !== undefined) this.#greeting?.resolve();
    if (event !== undefined) this.#onEvent({event, data});
    if (id === undefined) return;
    const reply = this.#pending.get(id);
    this.#pending.delete(id);
    if (error === undefined) reply?.resolve(message.return);
    else reply?.reject(new HostError(`QEMU: ${error.desc}`));
  }

  /** Nothing more is to be expected. */
  #break(reason: HostError): void {
    this.#broken ??= reason;
    this.#greeting?.reject(reason);
    for (const {reject} of this.#pending.values()) reject(reason);
    this.#pending.clear();
  }
}

function parseMessage(line: string): z.infer<typeof messageSchema> | undefined {
  try {
    return messageSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
