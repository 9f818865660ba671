// SPDX-License-Identifier: MIT

/** A BAR as QEMU decodes it: a range of bus addresses. */
export interface Bar {
  /** The id of the device in the topology. */
  readonly device: string;
  readonly bar: number;
  readonly start: number;
  readonly size: number;
}

/** What lies where on the bus, from QEMU itself. */
export interface AddressMap {
  readonly bars: readonly Bar[];
  /** Ranges of the machine's memory. */
  readonly memory: readonly {readonly start: number; readonly size: number}[];
}

/** What an address meets. */
export type Target =
  | {readonly kind: 'bar'; readonly device: string; readonly bar: number; readonly offset: number}
  | {readonly kind: 'host-memory'}
  | {readonly kind: 'nowhere'};

interface PciRegion {
  readonly type?: unknown;
  readonly bar?: unknown;
  readonly address?: unknown;
  readonly size?: unknown;
}

interface PciDevice {
  readonly qdev_id?: unknown;
  readonly regions?: unknown;
  readonly pci_bridge?: {readonly devices?: unknown};
}

/** The memory BARs in QEMU's answer to `query-pci`; those that the guest has not placed are left out. */
export function readBars(answer: unknown): readonly Bar[] {
  const buses = Array.isArray(answer) ? (answer as {devices?: unknown}[]) : [];
  return buses.flatMap((bus) => barsOf(bus.devices));
}

function barsOf(devices: unknown): readonly Bar[] {
  if (!Array.isArray(devices)) return [];
  return (devices as PciDevice[]).flatMap((device) => {
    const regions = Array.isArray(device.regions) ? (device.regions as PciRegion[]) : [];
    const own = regions.flatMap(({type, bar, address, size}): readonly Bar[] => {
      if (type !== 'memory' || typeof address !== 'number' || typeof size !== 'number' || address <= 0)
        return [];
      return [{device: String(device.qdev_id), bar: Number(bar), start: address, size}];
    });
    return [...own, ...barsOf(device.pci_bridge?.devices)];
  });
}

/**
 * The ranges of RAM in what the monitor's `info mtree -f` prints of the address space "memory". Addresses
 * beyond 2^53 do not occur in RAM.
 */
export function readMemory(mtree: string): AddressMap['memory'] {
  const view = mtree.split(/^FlatView #\d+\s*$/m).find((part) => /^ AS "memory"/m.test(part)) ?? '';
  const ranges = new Map<number, number>();
  for (const match of view.matchAll(/^\s+([\da-f]{16})-([\da-f]{16}) \(prio -?\d+, ram\): (\S+)/gm)) {
    const [, from, to, name = ''] = match;
    if (!isMachineMemory(name)) continue;
    const start = Number.parseInt(from ?? '', 16);
    ranges.set(start, Number.parseInt(to ?? '', 16) + 1 - start);
  }
  return [...ranges].map(([start, size]) => ({start, size}));
}

/** RAM of the machine, not of a device: VRAM and ivshmem are RAM to QEMU too, and BARs to us. */
function isMachineMemory(name: string): boolean {
  return /^(pc\.ram|mach-virt\.ram|ram|lab\.ram)$/.test(name);
}

/** The BAR at an address, if there is one. */
export function deviceAt({bars}: Pick<AddressMap, 'bars'>, address: number): Bar | undefined {
  return bars.find(({start, size}) => start <= address && address < start + size);
}

/** A part of a transfer that meets one thing. */
export interface Piece {
  readonly target: Target;
  readonly address: number;
  readonly bytes: number;
}

/** What `bytes` from `address` on meet, in pieces: a transfer may run over the end of a BAR. */
export function locate(map: AddressMap, address: number, bytes: number): readonly Piece[] {
  const pieces: Piece[] = [];
  const end = address + bytes;
  // Beyond what a number holds exactly nothing of ours lies: a DMA_MAPPING_ERROR that was used, for one.
  if (!Number.isSafeInteger(end)) return [{target: {kind: 'nowhere'}, address, bytes}];
  for (let at = address; at < end; ) {
    const {target, until} = targetAt(map, at);
    const to = Math.min(until, end);
    pieces.push({target, address: at, bytes: to - at});
    at = to;
  }
  return pieces;
}

/** What one address meets, and where that ends. A BAR hides what lies behind it. */
function targetAt(map: AddressMap, address: number): {readonly target: Target; readonly until: number} {
  const holds = ({start, size}: Range): boolean => start <= address && address < start + size;
  const nextOf = (ranges: readonly Range[]): number => {
    return Math.min(Infinity, ...ranges.map(({start}) => start).filter((start) => start > address));
  };
  const bar = deviceAt(map, address);
  if (bar !== undefined) {
    const target = {kind: 'bar', device: bar.device, bar: bar.bar, offset: address - bar.start} as const;
    return {target, until: bar.start + bar.size};
  }
  const nextBar = nextOf(map.bars);
  const memory = map.memory.find(holds);
  return memory === undefined
    ? {target: {kind: 'nowhere'}, until: Math.min(nextBar, nextOf(map.memory))}
    : {target: {kind: 'host-memory'}, until: Math.min(nextBar, memory.start + memory.size)};
}

interface Range {
  readonly start: number;
  readonly size: number;
}
