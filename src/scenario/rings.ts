// SPDX-License-Identifier: MIT
import {hex} from '../base/hex.ts';
import {HostError} from '../base/errors.ts';
import type {AddressMap} from '../evidence/address-map.ts';
import {type Ring, ringRegisters, type RingState} from '../evidence/e1000-ring.ts';
import type {Guest} from '../guest/guest.ts';
import type {Topology} from '../topology/model.ts';
import {cpuAddressOf} from '../topology/windows.ts';

/** A guest, and what it is made of. */
interface Machine {
  readonly guest: Guest;
  readonly topology: Topology;
}

/** Reads how the transmit rings of these e1000s stand. It must not be traced: it looks like a CPU's access. */
export async function readRings(
  machine: Machine,
  {bars}: AddressMap,
  devices: readonly string[],
): Promise<readonly Ring[]> {
  return Promise.all(
    devices.map(async (device) => {
      const registers = bars.find((bar) => bar.device === device && bar.bar === 0);
      if (registers === undefined) throw new HostError(`QEMU shows no BAR 0 of ${device}`);
      const words = Object.entries(ringRegisters).map(async ([name, offset]) => {
        const word = await readBus(machine, registers.start + offset, 4);
        return [name, word.readUInt32LE(0)] as const;
      });
      return {device, state: Object.fromEntries(await Promise.all(words)) as unknown as RingState};
    }),
  );
}

/** What the machine has at a bus address: whole words of 32 bits. */
export async function readBus({guest, topology}: Machine, address: number, bytes: number): Promise<Buffer> {
  const physical = cpuAddressOf(topology.windows, address);
  if (physical === undefined) throw new HostError(`nothing is at ${hex(address)} on the bus`);
  const text = await guest.qmp.monitor(`xp /${bytes / 4}xw ${hex(physical)}`);
  const words = [...text.matchAll(/ 0x([\da-f]{8})\b/g)].map(([, word = '']) => Number.parseInt(word, 16));
  if (words.length !== bytes / 4)
    throw new HostError(`QEMU does not show ${bytes} bytes: ${text.slice(0, 200)}`);
  const memory = Buffer.alloc(bytes);
  for (const [index, word] of words.entries()) memory.writeUInt32LE(word, index * 4);
  return memory;
}
