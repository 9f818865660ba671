// SPDX-License-Identifier: MIT
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {kernelReports, wordsOnPeers} from '../evidence/kernel-log.ts';
import type {Guest} from '../guest/guest.ts';

/** What a guest's kernel has said so far. */
export interface Health {
  /** Lines about peer-to-peer DMA: its own reasons. */
  readonly says: readonly string[];
  /** A report of its ill health. */
  readonly crash?: string;
}

/** Reads the kernel's log, and keeps it in the run's folder. */
export async function readHealth(guest: Guest, folder: string): Promise<Health> {
  const {stdout} = await guest.run(['p2p', 'log']);
  await writeFile(path.join(folder, 'dmesg.txt'), stdout);
  const says = wordsOnPeers(stdout);
  const [report] = kernelReports(stdout);
  return {says, ...(report !== undefined && {crash: `${report.kind}: ${report.line}`})};
}
