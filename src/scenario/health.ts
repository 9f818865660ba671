// SPDX-License-Identifier: MIT
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {wordsOnPeers} from '../evidence/kernel-log.ts';
import type {Guest} from '../guest/guest.ts';
import {type Crash, crashIn} from './crash.ts';
import type {Machine} from './machine.ts';

/** What a guest's kernel has said so far. */
export interface Health {
  /** Lines about peer-to-peer DMA: its own reasons. */
  readonly says: readonly string[];
  /** A report of its ill health. */
  readonly crash?: Crash;
}

/** Reads the kernel's log, and keeps it in the run's folder. */
export async function readHealth(guest: Guest, machine: Machine, folder: string): Promise<Health> {
  const {stdout} = await guest.run(['p2p', 'log']);
  await writeFile(path.join(folder, 'dmesg.txt'), stdout);
  const crash = await crashIn(stdout, machine, folder, (line) => guest.excuses(line));
  return {says: wordsOnPeers(stdout), ...(crash !== undefined && {crash})};
}

/**
 * Has a lane's checkers look at what is left when all steps are done: what they find is in the kernel's log.
 * @returns what went wrong with that
 */
export async function runEpilogue(guest: Guest, {lane}: Machine): Promise<readonly string[]> {
  const errors: string[] = [];
  for (const words of lane.epilogue ?? []) {
    const {code, stderr} = await guest.exec(words, 60_000 * lane.slower);
    if (code !== 0)
      errors.push(`lane ${lane.name}: "${words.join(' ')}" ended with ${code}: ${stderr.trim()}`);
  }
  return errors;
}
