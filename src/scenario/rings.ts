// SPDX-License-Identifier: MIT
import {HostError} from '../base/errors.ts';
import type {AddressMap} from '../evidence/address-map.ts';
import {type Ring, ringRegisters, type RingState} from '../evidence/e1000-ring.ts';
import type {Guest} from '../guest/guest.ts';

/** Reads how the transmit rings of these e1000s stand. It must not be traced: it looks like a CPU's access. */
export async function readRings(
  guest: Guest,
  {bars}: AddressMap,
  devices: readonly string[],
): Promise<readonly Ring[]> {
  return Promise.all(
    devices.map(async (device) => {
      const registers = bars.find((bar) => bar.device === device && bar.bar === 0);
      if (registers === undefined) throw new HostError(`QEMU shows no BAR 0 of ${device}`);
      const words = Object.entries(ringRegisters).map(async ([name, offset]) => {
        const word = await readPhysical(guest, registers.start + offset, 4);
        return [name, word.readUInt32LE(0)] as const;
      });
      return {device, state: Object.fromEntries(await Promise.all(words)) as unknown as RingState};
    }),
  );
}

/** What the machine has at a physical address: whole words of 32 bits. */
export async function readPhysical(guest: Guest, address: number, bytes: number): Promise<Buffer> {
  const text = await guest.qmp.monitor(`xp /${bytes / 4}xw 0x${address.toString(16)}`);
  const words = [...text.matchAll(/ 0x([\da-f]{8})\b/g)].map(([, word = '']) => Number.parseInt(word, 16));
  if (words.length !== bytes / 4)
    throw new HostError(`QEMU does not show ${bytes} bytes: ${text.slice(0, 200)}`);
  const memory = Buffer.alloc(bytes);
  for (const [index, word] of words.entries()) memory.writeUInt32LE(word, index * 4);
  return memory;
}
