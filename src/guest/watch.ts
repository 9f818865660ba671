// SPDX-License-Identifier: MIT
import {onLines} from './lines.ts';
import type {QemuProcess} from './qemu-process.ts';
import type {QmpEvent} from './qmp.ts';
import {complaintOf, diagnoseLine, type GuestFailure, isExcused, isHung, stuckSeconds} from './vitals.ts';
import {GuestClock, tickMs} from './work-clock.ts';

/** How long the rest of an oops may take to reach the console before the guest is given up. */
const aftermath = 1500;

/** Silence that is too long, in seconds: at boot (no line of the console) and later (no heartbeat). */
const silenceLimits = {boot: {busy: 15, idle: 45}, life: {busy: 6, idle: 15}} as const;

/** A host that withholds more than this from a silent guest is given up, in milliseconds. */
const starvedLimit = 240_000;

/** More complaints of a kernel than this are not remembered. */
const mostExcused = 100;

/** What QEMU has to say before a silent guest is called hung; undefined when it runs the guest as it should. */
type Confirm = () => Promise<GuestFailure | undefined>;

/**
 * Watches over a guest from outside: its heartbeat, its console, QEMU's events, its process. The first thing
 * that goes wrong becomes its failure; an oops in the console names the panic that follows it.
 */
export class Watch {
  readonly ready: Promise<void>;
  readonly failed: Promise<GuestFailure>;
  readonly clock: GuestClock;
  readonly #patient: boolean;
  #failure: GuestFailure | undefined;
  #symptom: GuestFailure | undefined;
  #settle: (failure: GuestFailure) => void = () => undefined;
  #isReady = false;
  #kernelSpoke = false;
  #ended = false;
  #resetReason: string | undefined;
  #lastSign = {worked: 0, lost: 0, computed: 0, number: 0};
  #suspected = false;
  readonly #excused: string[] = [];
  #confirm: Confirm = () => Promise.resolve(undefined);

  /** @param patient whether silence means nothing: a debugger has the guest */
  constructor(process: QemuProcess, patient = false) {
    this.#patient = patient;
    this.clock = new GuestClock(process.pid);
    this.failed = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.ready = new Promise((resolve) => {
      onLines(process.port, 256, (line) => {
        this.#sign();
        if (line.trim() !== 'ready') return;
        this.#isReady = true;
        resolve();
      });
    });
    const timer = setInterval(() => {
      this.clock.tick();
      // Timers come before what was read: heartbeats that wait in the socket are heard first.
      setImmediate(() => {
        this.#listen();
      });
    }, tickMs);
    timer.unref();
    void process.exited.then(({exitCode, signal, stderr}) => {
      clearInterval(timer);
      const how = signal ?? `exit code ${exitCode ?? 'unknown'}`;
      const words =
        this.#resetReason ?? (stderr === '' ? `QEMU ended (${how})` : `QEMU ended (${how}): ${stderr}`);
      this.#fail(this.#symptom ?? {kind: 'exit', reason: words});
    });
  }

  /** What went wrong, if something has. */
  get failure(): GuestFailure | undefined {
    return this.#failure;
  }

  /** Whether QEMU said that the guest itself ended the machine: a reset, a triple fault. */
  get guestEndedItself(): boolean {
    return this.#resetReason !== undefined;
  }

  /** Whether a report of the kernel is about time that the host withheld from it: then it is no word on the kernel. */
  excuses(report: string): boolean {
    return this.#excused.some((words) => report.includes(words));
  }

  /** Has QEMU asked before silence is held against the guest. */
  confirmHangsBy(confirm: Confirm): void {
    this.#confirm = confirm;
  }

  /** Whether a line of the console is a kernel's: they begin with a time stamp. */
  get kernelSpoke(): boolean {
    return this.#kernelSpoke;
  }

  onConsoleLine(line: string): void {
    // A firmware may clear the screen, which is no word.
    if (/^\[\s*\d+\.\d+\]/.test(line)) this.#kernelSpoke = true;
    if (!this.#isReady) this.#sign();
    if (this.#isExcused(line)) return;
    const diagnosis = diagnoseLine(line);
    if (diagnosis === undefined || this.#symptom !== undefined) return;
    this.#symptom = diagnosis;
    this.#failLater(diagnosis);
  }

  onEvent({event, data}: QmpEvent): void {
    if (event === 'GUEST_PANICKED') this.#failLater({kind: 'panic', reason: 'the guest panicked'});
    if (event === 'SHUTDOWN' && data?.['guest'] === true) {
      this.#resetReason = `the guest ended by itself (${String(data['reason'])})`;
    }
  }

  /** From here on its end is wanted, and is no failure. */
  end(): void {
    this.#ended = true;
  }

  #sign(): void {
    const {clock} = this;
    const number = this.#lastSign.number + 1;
    this.#lastSign = {worked: clock.now(), lost: clock.lost(), computed: clock.cpu(), number};
  }

  #listen(): void {
    if (this.#patient || this.#ended || this.#suspected || this.#failure !== undefined) return;
    const {worked, lost, computed} = this.#silence();
    if (lost * 1000 > starvedLimit) {
      this.#fail({
        kind: 'starved',
        reason: `${this.#what} for ${(worked + lost).toFixed(0)} s, in which the host withheld ${lost.toFixed(0)} s from QEMU`,
      });
      return;
    }
    if (!isHung({worked, computed}, this.#isReady ? silenceLimits.life : silenceLimits.boot)) return;
    this.#suspected = true;
    void this.#accuse().finally(() => {
      this.#suspected = false;
    });
  }

  /** A guest is silent too if QEMU has paused it, or hangs itself. */
  async #accuse(): Promise<void> {
    const {number} = this.#lastSign;
    const otherwise = await this.#confirm().catch(() => undefined);
    if (this.#lastSign.number !== number) return;
    const {worked, computed} = this.#silence();
    this.#fail(
      otherwise ?? {
        kind: 'hang',
        reason: `${this.#what} for ${worked.toFixed(0)} s, in which QEMU computed for ${computed.toFixed(0)} s`,
      },
    );
  }

  get #what(): string {
    return this.#isReady ? 'no heartbeat' : 'nothing on the console';
  }

  #silence(): {readonly worked: number; readonly lost: number; readonly computed: number} {
    const {clock} = this;
    return {
      worked: (clock.now() - this.#lastSign.worked) / 1000,
      lost: (clock.lost() - this.#lastSign.lost) / 1000,
      computed: (clock.cpu() - this.#lastSign.computed) / 1000,
    };
  }

  /** Remembers a complaint about time that the host withheld: the kernel's log has it too. */
  #isExcused(line: string): boolean {
    const words = complaintOf(line);
    if (words === undefined) return false;
    const stuck = stuckSeconds(words);
    const excused = isExcused(stuck, this.clock.lostWithin(stuck * 1000) / 1000);
    if (excused && this.#excused.length < mostExcused) this.#excused.push(words);
    return excused;
  }

  #failLater(failure: GuestFailure): void {
    setTimeout(() => {
      this.#fail(this.#symptom ?? failure);
    }, aftermath).unref();
  }

  #fail(failure: GuestFailure): void {
    if (this.#failure !== undefined || this.#ended) return;
    this.#failure = failure;
    this.#settle(failure);
  }
}
