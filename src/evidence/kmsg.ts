// SPDX-License-Identifier: MIT

/** A record of a kernel's log, as /dev/kmsg has it (Documentation/ABI/testing/dev-kmsg). */
export interface KernelRecord {
  /** Counts from 0 at boot, without holes. */
  readonly sequence: number;
  readonly microseconds: number;
  /** The record's lines, each with the time stamp that dmesg(1) puts in front. */
  readonly lines: readonly string[];
}

/** A record is at most 2048 bytes long (PRINTK_MESSAGE_MAX), each of which may take four characters. */
const longestRecord = 16 * 1024;

const header = /^\d{1,10},(\d{1,15}),(\d{1,15}),[^;]{0,64};/;

/** A line of /dev/kmsg; undefined if it is none. */
export function parseRecord(line: string): KernelRecord | undefined {
  const whole = line.slice(0, longestRecord);
  const match = header.exec(whole);
  if (match === null) return undefined;
  const [prefix, sequence = '', stamp = ''] = match;
  const microseconds = Number(stamp);
  return {
    sequence: Number(sequence),
    microseconds,
    lines: unescaped(whole.slice(prefix.length))
      .split('\n')
      .map((text) => `[${formatStamp(microseconds)}] ${text}`),
  };
}

/** `    1.234567`. */
function formatStamp(microseconds: number): string {
  const seconds = Math.floor(microseconds / 1e6);
  return `${String(seconds).padStart(5)}.${String(microseconds % 1e6).padStart(6, '0')}`;
}

/** What is not ASCII comes as `\xNN`, a byte each. Control characters stay as they are written. */
function unescaped(text: string): string {
  if (!text.includes('\\x')) return text;
  const bytes = text.replaceAll(/\\x([0-9a-f]{2})/g, (escape, digits: string) => {
    const byte = Number.parseInt(digits, 16);
    const shown = byte === 0x0a || byte === 0x09 || byte === 0x5c || byte >= 0x80;
    return shown ? String.fromCharCode(byte) : escape;
  });
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** Records that were overwritten before they could be read. */
export interface Gap {
  readonly count: number;
  /** The time stamps of the records before and behind, in microseconds. */
  readonly after: number;
  readonly before: number;
}

/**
 * The time stamp of a line of the console in microseconds; undefined for a line that is not the kernel's, or
 * of a kernel that prints none.
 */
export function stampOf(line: string): number | undefined {
  const match = /^(?:<\d{1,3}>)?\[\s{0,12}(\d{1,12})\.(\d{6})\]/.exec(line);
  if (match === null) return undefined;
  return Number(match[1]) * 1e6 + Number(match[2]);
}
