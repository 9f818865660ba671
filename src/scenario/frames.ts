// SPDX-License-Identifier: MIT
import {readFile, stat} from 'node:fs/promises';
import {pcapSince} from '../evidence/pcap.ts';

type Files = Readonly<Record<string, string>>;

/** How long the recording of each NIC is, by its id. */
export type FrameMarks = Readonly<Record<string, number>>;

/** Marks where the recordings of NICs end now. */
export async function markFrames(pcaps: Files): Promise<FrameMarks> {
  const marks = Object.entries(pcaps).map(async ([nic, file]) => [nic, (await stat(file)).size] as const);
  return Object.fromEntries(await Promise.all(marks));
}

/** Reads what came into a NIC's recording since its mark, as a pcap. */
export function framesSince(pcaps: Files, marks: FrameMarks): (nic: string) => Promise<Buffer> {
  return async (nic) => pcapSince(await readFile(pcaps[nic] ?? ''), marks[nic] ?? 0);
}
