// SPDX-License-Identifier: MIT
import {onLines} from './lines.ts';
import type {QemuProcess} from './qemu-process.ts';
import type {QmpEvent} from './qmp.ts';
import {cpuSeconds, diagnoseLine, type GuestFailure, isHung} from './vitals.ts';

/** How long the rest of an oops may take to reach the console before the guest is given up. */
const aftermath = 1500;

/** Silence that is too long: at boot (no line of the console) and later (no heartbeat). */
const silenceLimits = {boot: {busy: 15, idle: 45}, life: {busy: 6, idle: 15}} as const;

/**
 * Watches over a guest from outside: its heartbeat, its console, QEMU's events, its process. The first thing
 * that goes wrong becomes its failure; an oops in the console names the panic that follows it.
 */
export class Watch {
  readonly ready: Promise<void>;
  readonly failed: Promise<GuestFailure>;
  readonly #process: QemuProcess;
  readonly #patient: boolean;
  #failure: GuestFailure | undefined;
  #symptom: GuestFailure | undefined;
  #settle: (failure: GuestFailure) => void = () => undefined;
  #isReady = false;
  #ended = false;
  #resetReason: string | undefined;
  #lastSign = performance.now();
  #cpuAtSign = 0;
  readonly #timer: NodeJS.Timeout;

  /** @param patient whether silence means nothing: a debugger has the guest */
  constructor(process: QemuProcess, patient = false) {
    this.#process = process;
    this.#patient = patient;
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
    this.#timer = setInterval(() => {
      this.#listen();
    }, 500);
    this.#timer.unref();
    void process.exited.then(({exitCode, signal, stderr}) => {
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

  onConsoleLine(line: string): void {
    if (!this.#isReady) this.#sign();
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
    clearInterval(this.#timer);
  }

  #sign(): void {
    this.#lastSign = performance.now();
    this.#cpuAtSign = cpuSeconds(this.#process.pid) ?? 0;
  }

  #listen(): void {
    const used = cpuSeconds(this.#process.pid);
    if (used === undefined) return;
    const silence = {
      seconds: (performance.now() - this.#lastSign) / 1000,
      cpuSeconds: used - this.#cpuAtSign,
    };
    if (this.#patient || !isHung(silence, this.#isReady ? silenceLimits.life : silenceLimits.boot)) return;
    const what = this.#isReady ? 'no heartbeat' : 'nothing on the console';
    this.#fail({
      kind: 'hang',
      reason: `${what} for ${silence.seconds.toFixed(0)} s, in which QEMU computed for ${silence.cpuSeconds.toFixed(0)} s`,
    });
  }

  #failLater(failure: GuestFailure): void {
    setTimeout(() => {
      this.#fail(this.#symptom ?? failure);
    }, aftermath).unref();
  }

  #fail(failure: GuestFailure): void {
    if (this.#failure !== undefined || this.#ended) return;
    this.#failure = failure;
    clearInterval(this.#timer);
    this.#settle(failure);
  }
}
