// SPDX-License-Identifier: MIT
import {illnessOf} from '../evidence/crash/patterns.ts';

/** Why a guest is of no more use. */
export interface GuestFailure {
  /**
   * `exit` is QEMU's end, which the guest may have asked for; the others say nothing about the kernel: the firmware
   * did not start it, QEMU does not answer or has paused it, or the host withholds what it needs.
   */
  readonly kind: 'panic' | 'oops' | 'hang' | 'exit' | 'firmware' | 'qemu' | 'starved';
  /** The kernel's own line where there is one, else what the lab saw. */
  readonly reason: string;
}

/** What a line of a console says of the kernel's health; undefined for nothing bad, and for what a kernel survives. */
export function diagnoseLine(line: string): GuestFailure | undefined {
  const text = withoutStamp(line);
  const kind = illnessOf(text)?.ends;
  return kind && {kind, reason: text};
}

/**
 * The kernel's complaint about time in a line of a console, without its time stamp; undefined if there is none. Such time
 * is measured by clocks that go on while QEMU gets no CPU.
 */
export function complaintOf(line: string): string | undefined {
  const text = withoutStamp(line);
  return illnessOf(text)?.timed === true ? text : undefined;
}

function withoutStamp(line: string): string {
  return line.replace(/^\[\s*[\d.]+\](\[[^\]]*\])? /, '').trim();
}

/** How long a kernel says that something of it stood still, in seconds; its watchdogs look back for about 20 s. */
export function stuckSeconds(line: string): number {
  const found = /stuck for (\d+)s|for more than (\d+) seconds/.exec(line);
  return Math.min(300, Number(found?.[1] ?? found?.[2] ?? 21));
}

/**
 * Whether a kernel's own word on a hang is no proof: its clocks went on while the host withheld so much of the time
 * that it complains about that a kernel in good health could have done no better.
 * @param stuck seconds that the kernel complains about
 * @param lost seconds of them that the host withheld
 */
export function isExcused(stuck: number, lost: number): boolean {
  // The watchdogs of CPUs and of RCU complain after 20 and 21 s and again for as long as it lasts, that of tasks after 120.
  const limit = stuck > hungTask ? stuck : Math.min(stuck, 21);
  return stuck - lost < limit * 0.75;
}

/** What a task has to wait at least before the kernel complains, in seconds: CONFIG_DEFAULT_HUNG_TASK_TIMEOUT. */
const hungTask = 119;

/** A heartbeat's silence; all of it in seconds. */
export interface Silence {
  /** In which the guest could have gone on: see GuestClock. */
  readonly worked: number;
  /** CPU time of QEMU. */
  readonly computed: number;
}

/**
 * Tells a hung guest from one that is slow. A guest is hung when its heartbeat was silent for `busy` seconds in
 * which it could go on and QEMU computed, or for `idle` seconds with a CPU that sleeps. Time that the host
 * withheld is in neither.
 */
export function isHung(
  {worked, computed}: Silence,
  limits: {readonly busy: number; readonly idle: number},
): boolean {
  return worked >= limits.idle || (worked >= limits.busy && computed >= limits.busy);
}
