// SPDX-License-Identifier: MIT
import {readFileSync} from 'node:fs';
import {cpus, hostname, release, totalmem} from 'node:os';

/** The machine that the lab runs on, as a bundle's host.json has it. */
export interface Host {
  readonly name: string;
  readonly system: string;
  readonly kernel: string;
  readonly processor: string;
  readonly processors: number;
  /** Bytes. */
  readonly memory: number;
  readonly node: string;
}

let known: Host | undefined;

/** This machine. */
export function thisHost(): Host {
  known ??= Object.freeze({
    name: hostname(),
    system: systemName(),
    kernel: release(),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    processors: cpus().length,
    memory: totalmem(),
    node: process.version,
  });
  return known;
}

function systemName(): string {
  try {
    const line = /^PRETTY_NAME="?(.*?)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'));
    return line?.[1] ?? process.platform;
  } catch {
    return process.platform;
  }
}
