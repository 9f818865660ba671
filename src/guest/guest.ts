// SPDX-License-Identifier: MIT
import path from 'node:path';
import type {Client, ClientChannel} from 'ssh2';
import {type Context, checkpoint} from '../base/context.ts';
import {HostError, Interrupted, LabError} from '../base/errors.ts';
import {consoleId, controlArguments} from '../topology/control.ts';
import {bootArguments, type BootPlan} from './boot-arguments.ts';
import {ConsoleRecorder} from './console.ts';
import {channelBackends, type QemuProcess, startQemu} from './qemu-process.ts';
import {Qmp} from './qmp.ts';
import type {ExecResult, openShell, SshTarget} from './ssh.ts';
import {canBeRequested, ToolSession} from './tool-session.ts';
import type {GuestFailure} from './vitals.ts';
import {Watch} from './watch.ts';
import {within} from './within.ts';

/** The guest failed: its kernel panicked, oopsed, hung or ended. */
export class GuestError extends LabError {
  readonly exitCode = 3;
  readonly failure: GuestFailure;

  constructor(failure: GuestFailure) {
    super(failure.reason);
    this.failure = failure;
  }
}

const readyLimit = 180_000;
/** As long as a timer can be: somebody is at a debugger. */
const longest = 2 ** 31 - 1;

/** One booted guest, from the start of its QEMU to its end. Make it with {@link bootGuest}; close it always. */
export class Guest {
  readonly qmp: Qmp;
  /** Where QEMU writes the trace events that are switched on. */
  readonly traceFile: string;
  readonly consoleFile: string;
  readonly #process: QemuProcess;
  readonly #watch: Watch;
  readonly #recorder: ConsoleRecorder;
  readonly #context: Context;
  /** Loaded while the guest boots: it is large. */
  readonly #ssh = import('./ssh.ts');
  #client: Client | undefined;
  #tool: Promise<ToolSession> | undefined;
  readonly #onAbort: () => void;

  constructor(
    plan: BootPlan,
    process: QemuProcess,
    watch: Watch,
    recorder: ConsoleRecorder,
    qmp: Qmp,
    context: Context,
  ) {
    this.qmp = qmp;
    this.traceFile = path.join(plan.folder, 'trace.log');
    this.consoleFile = path.join(plan.folder, 'console.log');
    this.#process = process;
    this.#watch = watch;
    this.#recorder = recorder;
    this.#context = context;
    this.#onAbort = () => {
      process.kill();
    };
    context.signal.addEventListener('abort', this.#onAbort, {once: true});
  }

  /** What went wrong with the guest, if something has. */
  get failure(): GuestFailure | undefined {
    return this.#watch.failure;
  }

  /** Waits until the guest says that it is ready, then connects. `limit` is in milliseconds. */
  async ready(target: Omit<SshTarget, 'port'>, limit = readyLimit): Promise<void> {
    await this.guard(within(limit, 'the guest to be ready', this.#watch.ready));
    const port = parseForwardedPort(await this.qmp.monitor('info usernet'));
    const {connect} = await this.#ssh;
    this.#client = await this.guard(within(60_000, 'the ssh handshake', connect({...target, port})));
  }

  /**
   * Runs a command in the guest, beside whatever else runs there.
   * @param limit milliseconds
   * @throws GuestError when the guest fails meanwhile, WaitError at the limit
   */
  async exec(words: readonly string[], limit = 30_000): Promise<ExecResult> {
    const {exec} = await this.#ssh;
    return this.guard(within(limit, inTheGuest(words), exec(this.#connected(), words)));
  }

  /**
   * As exec, but the lab's own tool (`p2p …`) runs in a session that stays open, which takes a tenth of the
   * time: one command after the other.
   */
  async run(words: readonly string[], limit = 30_000): Promise<ExecResult> {
    if (!canBeRequested(words)) return this.exec(words, limit);
    this.#tool ??= this.#openTool();
    const result = this.#tool.then((session) => session.run(words));
    return this.guard(within(limit, inTheGuest(words), result));
  }

  /** Writes a file in the guest, at this path. */
  async send(content: Uint8Array, file: string): Promise<void> {
    const {send} = await this.#ssh;
    await this.guard(within(30_000, `${file} to be sent`, send(this.#connected(), content, file)));
  }

  async #openTool(): Promise<ToolSession> {
    const {openCommand} = await this.#ssh;
    return new ToolSession(await openCommand(this.#connected(), ['p2p', 'serve']));
  }

  /** An interactive shell on a terminal of the guest. */
  async shell(window: Parameters<typeof openShell>[1]): Promise<ClientChannel> {
    return (await this.#ssh).openShell(this.#connected(), window);
  }

  /** The promise's outcome, or the guest's failure or the user's interrupt, whichever comes first. */
  async guard<T>(promise: Promise<T>): Promise<T> {
    let aborted: (() => void) | undefined;
    const stop = new Promise<never>((_resolve, reject) => {
      aborted = () => {
        reject(new Interrupted());
      };
      this.#context.signal.addEventListener('abort', aborted, {once: true});
    });
    const failed = this.#watch.failed.then((failure): never => {
      throw this.#asError(failure);
    });
    try {
      checkpoint(this.#context);
      return await Promise.race([promise, failed, stop]);
    } catch (error) {
      // A lost connection is often the first that is seen of a panic: give the cause a moment to show.
      const failure =
        error instanceof HostError && !this.#context.signal.aborted ? await this.#soon() : undefined;
      if (failure !== undefined) throw this.#asError(failure);
      throw error;
    } finally {
      if (aborted !== undefined) this.#context.signal.removeEventListener('abort', aborted);
    }
  }

  /** Has QEMU drop what else the console says. */
  muteConsole(): void {
    const args = {id: consoleId, backend: {type: 'null', data: {}}};
    this.qmp.execute('chardev-change', args).catch(() => undefined);
  }

  /** Ends the guest: QEMU quits and writes out what it holds, or is killed after two seconds. */
  async close(): Promise<void> {
    this.#watch.end();
    this.#context.signal.removeEventListener('abort', this.#onAbort);
    this.#client?.destroy();
    this.qmp.execute('quit').catch(() => undefined);
    await within(2000, "QEMU's end", this.#process.exited).catch(() => {
      this.#process.kill();
    });
    await this.#process.exited;
    this.qmp.close();
    this.#recorder.end();
  }

  #connected(): Client {
    if (this.#client === undefined) throw new HostError('the guest is not connected yet');
    return this.#client;
  }

  async #soon(): Promise<GuestFailure | undefined> {
    if (this.#watch.failure !== undefined) return this.#watch.failure;
    const patience = new Promise<undefined>((resolve) => setTimeout(resolve, 2000, undefined).unref());
    return Promise.race([this.#watch.failed, patience]);
  }

  #asError(failure: GuestFailure): LabError {
    if (failure.kind === 'exit' && !this.#watch.guestEndedItself) return new HostError(failure.reason);
    return new GuestError(failure);
  }
}

function inTheGuest(words: readonly string[]): string {
  return `"${words.join(' ')}" in the guest`;
}

/** Starts a guest and waits until commands can be run in it. On any failure nothing of it is left. */
export async function bootGuest(plan: BootPlan, context: Context): Promise<Guest> {
  checkpoint(context);
  const consoleFile = path.join(plan.folder, 'console.log');
  const channels = {
    ...channelBackends,
    // In QEMU's options a comma is written twice.
    console: `file,path=${consoleFile.replaceAll(',', ',,')}`,
    trace: path.join(plan.folder, 'trace.log'),
  };
  const told: {watch?: Watch; guest?: Guest} = {};
  const recorder = ConsoleRecorder.start(
    consoleFile,
    (line) => told.watch?.onConsoleLine(line),
    () => told.guest?.muteConsole(),
  );
  let process: QemuProcess | undefined;
  try {
    process = startQemu(plan.qemu.path, [
      ...bootArguments(plan),
      ...controlArguments(plan.platform, channels),
    ]);
    told.watch = new Watch(process, plan.debugger !== undefined);
    const early = process.exited.then(({stderr}): never => {
      throw new HostError(`QEMU does not start: ${stderr === '' ? 'it says nothing' : stderr}`);
    });
    const opening = Qmp.open(process.qmp, (event) => told.watch?.onEvent(event));
    const qmp = await Promise.race([opening, early]);
    told.guest = new Guest(plan, process, told.watch, recorder, qmp, context);
    await told.guest.ready(plan.ssh, plan.debugger === undefined ? readyLimit : longest);
    return told.guest;
  } catch (error) {
    if (told.guest !== undefined) await told.guest.close();
    else {
      told.watch?.end();
      process?.kill();
      await process?.exited;
      try {
        recorder.end();
      } catch {
        // What led here is told.
      }
    }
    throw error;
  }
}

/** The host's port in what the monitor's `info usernet` prints of our one forwarding. */
export function parseForwardedPort(text: string): number {
  const match = /TCP\[HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)/.exec(text);
  if (match === null) throw new HostError(`QEMU forwards no port: ${text.slice(0, 400)}`);
  return Number(match[1]);
}
