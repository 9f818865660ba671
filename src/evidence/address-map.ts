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
  readonly memory: readonly Memory[];
}

/** A range of bus addresses by which the machine's memory is reached. */
export interface Memory {
  readonly start: number;
  readonly size: number;
  /** Where it begins for the CPU, where that is another address. */
  readonly cpu?: number;
}

/** What an address meets. */
export type Target =
  | {readonly kind: 'bar'; readonly device: string; readonly bar: number; readonly offset: number}
  /** `cpu`: the address that the CPU has for it, where that is another. */
  | {readonly kind: 'host-memory'; readonly cpu?: number}
  | {readonly kind: 'unmapped'};

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

/** What to look for in `info mtree -f`, by QEMU's names. */
export interface MemoryNames {
  /** The region that is the machine's memory. VRAM and ivshmem are RAM to QEMU too, and BARs to us. */
  readonly region: string;
  /** The address space in which the requests of devices arrive. */
  readonly space: string;
}

/**
 * The ranges of the machine's memory, as devices reach them, in what the monitor's `info mtree -f` prints. The CPU may
 * have memory in several places, as a q35 with more than fits below 4 GiB: each range is found by where in the
 * region it lies. Addresses beyond 2^53 do not occur in RAM.
 */
export function readMemory(mtree: string, {region, space}: MemoryNames): AddressMap['memory'] {
  const own = rangesOf(mtree, 'memory', region);
  return rangesOf(mtree, space, region).flatMap((range) => placesOf(range, own));
}

/** A range of the region in the parts that the CPU has in one piece. What it does not have it cannot put data into. */
function placesOf({start, size, offset}: RegionRange, own: readonly RegionRange[]): readonly Memory[] {
  return own.flatMap((place): readonly Memory[] => {
    const from = Math.max(offset, place.offset);
    const bytes = Math.min(offset + size, place.offset + place.size) - from;
    if (bytes <= 0) return [];
    const cpu = place.start + (from - place.offset);
    const at = start + (from - offset);
    return [{start: at, size: bytes, ...(cpu !== at && {cpu})}];
  });
}

interface RegionRange extends Range {
  /** Where in the region it begins. */
  readonly offset: number;
}

/** Where a region lies in an address space. A region is printed with where in it a range begins, if that is not 0. */
function rangesOf(mtree: string, space: string, region: string): readonly RegionRange[] {
  const views = mtree.split(/^FlatView #\d+\s*$/m);
  const view = views.find((part) => part.includes(` AS "${space}"`)) ?? '';
  const ranges = new Map<number, RegionRange>();
  for (const match of view.matchAll(
    /^\s+([\da-f]{16})-([\da-f]{16}) \(prio -?\d+, ram\): (\S+)(?: @([\da-f]{16}))?/gm,
  )) {
    const [, from = '', to = '', name, offset = '0'] = match;
    if (name !== region) continue;
    const start = Number.parseInt(from, 16);
    const size = Number.parseInt(to, 16) + 1 - start;
    ranges.set(start, {start, size, offset: Number.parseInt(offset, 16)});
  }
  return [...ranges.values()];
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
  if (!Number.isSafeInteger(end)) return [{target: {kind: 'unmapped'}, address, bytes}];
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
    ? {target: {kind: 'unmapped'}, until: Math.min(nextBar, nextOf(map.memory))}
    : {target: inHostMemory(memory, address), until: Math.min(nextBar, memory.start + memory.size)};
}

function inHostMemory({start, cpu}: Memory, address: number): Target {
  return {kind: 'host-memory', ...(cpu !== undefined && {cpu: cpu + (address - start)})};
}

interface Range {
  readonly start: number;
  readonly size: number;
}
