// SPDX-License-Identifier: MIT
import type {Socket} from 'node:net';
import {HostError} from '../base/errors.ts';
import {onLines} from './lines.ts';
import {within} from './within.ts';

/** An event that QEMU sent: docs/interop/qmp-spec.rst. */
export interface QmpEvent {
  readonly event: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** More than the longest answer: that to `info mtree`. */
const answerLimit = 16 * 1024 * 1024;

interface Reply {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Message {
  readonly QMP?: unknown;
  readonly id?: number;
  readonly return?: unknown;
  readonly error?: {readonly class: string; readonly desc: string};
  readonly event?: string;
}

/** A QMP session on a connected socket. */
export class Qmp {
  readonly #socket: Socket;
  readonly #pending = new Map<number, Reply>();
  readonly #onEvent: (event: QmpEvent) => void;
  #next = 1;
  #greet: (() => void) | undefined;
  #closed = false;

  private constructor(socket: Socket, onEvent: (event: QmpEvent) => void) {
    this.#socket = socket;
    this.#onEvent = onEvent;
    onLines(socket, answerLimit, (line) => {
      this.#receive(line);
    });
    socket.on('close', () => {
      this.#closed = true;
      for (const {reject} of this.#pending.values()) reject(new HostError('QEMU closed its QMP socket'));
      this.#pending.clear();
    });
  }

  /** Greets QEMU and leaves the negotiation mode. */
  static async open(socket: Socket, onEvent: (event: QmpEvent) => void): Promise<Qmp> {
    const qmp = new Qmp(socket, onEvent);
    const greeting = new Promise<void>((resolve) => {
      qmp.#greet = resolve;
    });
    await within(10_000, "QEMU's QMP greeting", greeting);
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
    if (this.#closed) throw new HostError(`QEMU is gone: cannot ${command}`);
    const id = this.#next++;
    const answer = new Promise((resolve, reject) => {
      this.#pending.set(id, {resolve, reject});
    });
    this.#socket.write(`${JSON.stringify({execute: command, arguments: args, id})}\n`);
    return within(limit, `QEMU's answer to ${command}`, answer);
  }

  /** Runs a command of the human monitor and returns what it prints. */
  async monitor(line: string): Promise<string> {
    return String(await this.execute('human-monitor-command', {'command-line': line}));
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(line: string): void {
    const message = JSON.parse(line) as Message;
    if (message.QMP !== undefined) this.#greet?.();
    if (message.event !== undefined) this.#onEvent(message as QmpEvent);
    if (message.id === undefined) return;
    const reply = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (message.error === undefined) reply?.resolve(message.return);
    else reply?.reject(new HostError(`QEMU: ${message.error.desc}`));
  }
}
