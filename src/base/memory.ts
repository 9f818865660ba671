// SPDX-License-Identifier: MIT
import {existsSync, readFileSync} from 'node:fs';
import {totalmem} from 'node:os';

/** Bytes that may still be used: MemAvailable of proc(5), or less where a control group allows less. */
export function availableMemory(): number {
  const available = /^MemAvailable:\s+(\d+) kB/m.exec(
    existsSync('/proc/meminfo') ? readFileSync('/proc/meminfo', 'utf8') : '',
  )?.[1];
  const limit = process.constrainedMemory();
  return Math.min(
    available === undefined ? totalmem() : Number(available) * 1024,
    limit > 0 ? limit : Infinity,
  );
}
