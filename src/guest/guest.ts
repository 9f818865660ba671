// SPDX-License-Identifier: MIT
import path from 'node:path';
import type {Client, ClientChannel} from 'ssh2';
import * as z from 'zod';
import {type Context, checkpoint} from '../base/context.ts';
import {HostError, Interrupted, LabError, messageOf} from '../base/errors.ts';
import {consoleId, controlArguments} from '../topology/control.ts';
import {bootArguments, type BootPlan} from './boot-arguments.ts';
import type {ArchitectureName} from '../spec/architecture.ts';
import {firmwareWords, isInFirmware} from './firmware.ts';
import {ConsoleRecorder} from './console.ts';
import {channelBackends, type QemuProcess, startQemu} from './qemu-process.ts';
import {Qmp} from './qmp.ts';
import type {ExecResult, openShell, SshTarget} from './ssh.ts';
import {canBeRequested, ToolSession} from './tool-session.ts';
import type {GuestFailure} from './vitals.ts';
import {Watch} from './watch.ts';
import {starvedHint, WaitError, within} from './within.ts';
import type {WorkClock} from './work-clock.ts';

/** The guest failed: its kernel panicked, oopsed, hung or ended. */
export class GuestError extends LabError {
  readonly exitCode = 3;
  readonly failure: GuestFailure;
  /** As {@link Guest.excuses}. */
  readonly excuses: (report: string) => boolean;

  constructor(failure: GuestFailure, excuses: (report: string) => boolean = () => false) {
    super(failure.reason);
    this.failure = failure;
    this.excuses = excuses;
  }
}

/** The kernel never ran. */
class FirmwareError extends HostError {}

/** A command of the guest that did not end in its time, while the guest went on. */
export class CommandTimeout extends WaitError {
  readonly limit: number;

  constructor(words: readonly string[], limit: number) {
    super(limit, inTheGuest(words));
    this.limit = limit;
  }
}

const readyLimit = 180_000;
/** A QEMU that gets no CPU at all is killed after so long. */
const closeLimit = 20_000;
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
  readonly #architecture: ArchitectureName;
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
    this.#architecture = plan.platform.architecture;
    this.#process = process;
    this.#watch = watch;
    this.#recorder = recorder;
    this.#context = context;
    watch.confirmHangsBy(() => this.#askQemu());
    this.#onAbort = () => {
      process.kill();
    };
    context.signal.addEventListener('abort', this.#onAbort, {once: true});
  }

  /** What went wrong with the guest, if something has. */
  get failure(): GuestFailure | undefined {
    return this.#watch.failure;
  }

  /** Whether a report of the kernel is about time that the host withheld from it: then it is no word on the kernel. */
  excuses(report: string): boolean {
    return this.#watch.excuses(report);
  }

  /** The time in which the guest could go on: what limits of its work are measured by. */
  get clock(): WorkClock {
    return this.#watch.clock;
  }

  /** Waits until the guest says that it is ready, then connects. `limit` is in milliseconds. */
  async ready(target: Omit<SshTarget, 'port'>, limit = readyLimit): Promise<void> {
    await this.guard(within(limit, 'the guest to be ready', this.#watch.ready, this.clock));
    const port = parseForwardedPort(await this.qmp.monitor('info usernet'));
    const {connect} = await this.#ssh;
    const handshake = connect({...target, port});
    this.#client = await this.guard(within(60_000, 'the ssh handshake', handshake, this.clock));
  }

  /**
   * Runs a command in the guest, beside whatever else runs there.
   * @param limit milliseconds
   * @throws GuestError when the guest fails meanwhile; CommandTimeout at the limit, StarvedError when the host withholds it
   */
  async exec(words: readonly string[], limit = 30_000): Promise<ExecResult> {
    const {exec} = await this.#ssh;
    return this.#inTime(words, limit, exec(this.#connected(), words));
  }

  /**
   * As exec, but the lab's own tool (`p2p …`) runs in a session that stays open, which takes a tenth of the
   * time: one command after the other.
   */
  async run(words: readonly string[], limit = 30_000): Promise<ExecResult> {
    if (!canBeRequested(words)) return this.exec(words, limit);
    this.#tool ??= this.#openTool();
    const result = this.#tool.then((session) => session.run(words));
    return this.#inTime(words, limit, result);
  }

  async #inTime<T>(words: readonly string[], limit: number, result: Promise<T>): Promise<T> {
    const inTime = within(limit, inTheGuest(words), result, this.clock).catch((error: unknown) => {
      throw error instanceof WaitError ? new CommandTimeout(words, limit) : error;
    });
    return this.guard(inTime);
  }

  /** Writes a file in the guest, at this path. */
  async send(content: Uint8Array, file: string): Promise<void> {
    const {send} = await this.#ssh;
    const sent = send(this.#connected(), content, file);
    await this.guard(within(30_000, `${file} to be sent`, sent, this.clock));
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
    // Whichever is later has nobody to hear of it.
    for (const one of [promise, failed, stop]) one.catch(() => undefined);
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
    await Promise.race([
      within(2000, "QEMU's end", this.#process.exited, this.clock),
      within(closeLimit, "QEMU's end", this.#process.exited),
    ]).catch(() => {
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
    return within(2000, 'its cause', this.#watch.failed).catch(() => undefined);
  }

  #asError(failure: GuestFailure): LabError {
    const {kind, reason} = failure;
    if (kind === 'exit' && !this.#watch.guestEndedItself) return new HostError(reason);
    if (kind === 'qemu') return new HostError(reason);
    if (kind === 'firmware') return new FirmwareError(reason);
    if (kind === 'starved') return new HostError(reason, {hint: starvedHint});
    return new GuestError(failure, (report) => this.excuses(report));
  }

  /** A kernel that was never started cannot hang. */
  async #askFirmware(): Promise<GuestFailure | undefined> {
    if (this.#watch.kernelSpoke || this.#architecture !== 'x86_64') return undefined;
    if (!isInFirmware(await this.qmp.monitor('info registers'))) return undefined;
    return {kind: 'firmware', reason: 'the firmware did not start the kernel'};
  }

  /** What QEMU says of a guest that is silent: it may have paused it, or not answer itself. */
  async #askQemu(): Promise<GuestFailure | undefined> {
    try {
      const {running, status} = statusSchema.parse(await this.qmp.execute('query-status'));
      if (running) return await this.#askFirmware();
      return {kind: 'qemu', reason: `QEMU has stopped the guest (status ${status})`};
    } catch (error) {
      return {kind: 'qemu', reason: `the guest is silent, and so is its QEMU: ${messageOf(error)}`};
    }
  }
}

const statusSchema = z.object({running: z.boolean(), status: z.string().max(100)});

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
    const {exited} = process;
    const early = exited.then(({stderr}): never => {
      throw new HostError(`QEMU does not start: ${stderr === '' ? 'it says nothing' : stderr}`);
    });
    const opening = Qmp.open(process.qmp, (event) => told.watch?.onEvent(event), told.watch.clock);
    // Its socket closes before it is gone, and only its end tells why.
    const opened = opening.catch(async (error: unknown) => {
      await within(2000, "QEMU's end", exited).catch(() => undefined);
      await settled();
      throw error;
    });
    const qmp = await Promise.race([early, opened]);
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
    if (error instanceof FirmwareError) {
      const words = await firmwareWords(plan).catch(() => '');
      throw new HostError(words === '' ? error.message : `${error.message}, and says: ${words}`, {
        hint: 'the devices may need more address space than it has: give them less memory',
        cause: error,
      });
    }
    throw error;
  }
}

/** Lets handlers of what is settled already go first. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The host's port in what the monitor's `info usernet` prints of our one forwarding. */
export function parseForwardedPort(text: string): number {
  const match = /TCP\[HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)/.exec(text);
  if (match === null) throw new HostError(`QEMU forwards no port: ${text.slice(0, 400)}`);
  return Number(match[1]);
}
