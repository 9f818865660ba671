// SPDX-License-Identifier: MIT
import {readFileSync} from 'node:fs';

/** Why a guest is of no more use. */
export interface GuestFailure {
  readonly kind: 'panic' | 'oops' | 'hang' | 'exit';
  /** The kernel's own line where there is one, else what the lab saw. */
  readonly reason: string;
}

/** A kernel lives on after these: its log tells of them at the end. */
const survivable =
  /BUG: (K\w+SAN|KFENCE): |BUG: sleeping function called|BUG: scheduling while atomic|BUG: using \w+\(\) in preemptible/;
const lockup = /BUG: soft lockup|hard LOCKUP/;
const oops =
  /\b(BUG: |Oops: |Oops\b.*\[#\d|general protection fault|Unable to handle kernel|Internal error: |[Kk]ernel BUG at )/;
const panic = /Kernel panic - not syncing: (.*)/;

/** What a line of a console says of the kernel's health; undefined for nothing bad. */
export function diagnoseLine(line: string): GuestFailure | undefined {
  const text = line.replace(/^\[\s*[\d.]+\](\[[^\]]*\])? /, '').trim();
  if (panic.test(text)) return {kind: 'panic', reason: text};
  if (survivable.test(text)) return undefined;
  if (lockup.test(text)) return {kind: 'hang', reason: text};
  if (oops.test(text)) return {kind: 'oops', reason: text};
  return undefined;
}

/** CPU seconds that a process and its threads have used, by /proc/PID/stat; undefined when it is gone. */
export function cpuSeconds(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // utime and stime are fields 14 and 15 of proc(5), in clock ticks of 100 a second.
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return undefined;
  }
}

/**
 * Tells a hung guest from one that a busy host starves. A guest is hung when its heartbeat was silent while
 * QEMU computed for `busy` seconds, or, with a CPU that sleeps, for `idle` seconds of wall time.
 */
export function isHung(
  silence: {readonly seconds: number; readonly cpuSeconds: number},
  limits: {readonly busy: number; readonly idle: number},
): boolean {
  return silence.cpuSeconds >= limits.busy || silence.seconds >= limits.idle;
}
