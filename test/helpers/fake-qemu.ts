// SPDX-License-Identifier: MIT
import {appendFileSync} from 'node:fs';
import {type Duplex, duplexPair} from 'node:stream';
import * as z from 'zod';
import type {QemuExit, QemuProcess, startQemu} from '../../src/guest/qemu-process.ts';

/** What QEMU returns for a command of QMP; what it throws is QEMU's error. */
export type Handler = (args: Readonly<Record<string, unknown>>) => unknown;

const request = z.object({
  execute: z.string(),
  arguments: z.record(z.string(), z.unknown()),
  id: z.number(),
});

/** A QEMU that runs nothing: it speaks QMP, beats for its guest, and writes console and trace as it is told. */
export class FakeQemu {
  readonly #handlers: Readonly<Record<string, Handler>>;
  readonly #traced = new Set<unknown>();
  #files = {console: '', trace: ''};
  #qmp: Duplex | undefined;
  #end: (exit: QemuExit) => void = () => undefined;

  /** @param handlers by the command's name; others return an empty object */
  constructor(handlers: Readonly<Record<string, Handler>>) {
    this.#handlers = handlers;
  }

  readonly start: typeof startQemu = (_binary, args): QemuProcess => {
    const [qmp, far] = duplexPair();
    const [port, beats] = duplexPair();
    this.#qmp = far;
    this.#files = {
      console: args.find((word) => word.startsWith('file,'))?.replace(/^.*,path=/, '') ?? '',
      trace: args[args.indexOf('-D') + 1] ?? '',
    };
    appendFileSync(this.#files.trace, '');
    far.write('{"QMP": {"version": {}, "capabilities": []}}\n');
    far.on('data', (line: Buffer) => {
      for (const text of line.toString().trimEnd().split('\n')) this.#answer(text);
    });
    beats.write('ready\n');
    const beating = setInterval(() => beats.write('beat\n'), 200);
    const {promise: exited, resolve} = Promise.withResolvers<QemuExit>();
    this.#end = (exit) => {
      clearInterval(beating);
      far.destroy();
      qmp.destroy();
      resolve(exit);
    };
    const kill = (): void => {
      this.#end({exitCode: undefined, signal: 'SIGKILL', stderr: ''});
    };
    return {pid: process.pid, qmp, port, exited, kill};
  };

  /** Sends an event. */
  event(name: string, data: Readonly<Record<string, unknown>> = {}): void {
    this.#qmp?.write(`${JSON.stringify({event: name, data})}\n`);
  }

  /** Ends QEMU, as if by itself. */
  exit(exit: Partial<QemuExit> = {}): void {
    this.#end({exitCode: 0, signal: undefined, stderr: '', ...exit});
  }

  /** Prints a line on the guest's console. */
  print(line: string): void {
    appendFileSync(this.#files.console, `${line}\r\n`);
  }

  /** Writes lines of QEMU's trace, if any event is switched on: the double does not look which. */
  trace(lines: readonly string[]): void {
    if (this.#traced.size > 0) appendFileSync(this.#files.trace, lines.map((line) => `${line}\n`).join(''));
  }

  /** Events that are switched on now. */
  get traced(): readonly unknown[] {
    return [...this.#traced];
  }

  #answer(text: string): void {
    const {execute, arguments: args, id} = request.parse(JSON.parse(text));
    if (execute === 'trace-event-set-state') {
      if (args['enable'] === true) this.#traced.add(args['name']);
      else this.#traced.delete(args['name']);
    }
    let answer: object;
    try {
      answer = {return: this.#handlers[execute]?.(args) ?? {}};
    } catch (error) {
      answer = {error: {class: 'GenericError', desc: error instanceof Error ? error.message : 'no'}};
    }
    this.#qmp?.write(`${JSON.stringify({...answer, id})}\n`);
    if (execute === 'quit') this.exit();
  }
}
