// SPDX-License-Identifier: MIT
import {type AddressMap, deviceAt} from './address-map.ts';
import type {TraceEvent} from './trace-event.ts';
import {transmitDescriptor} from './trace.ts';

/**
 * Registers of an 8254x by which it transmits, as offsets into BAR 0 (its Software Developer's Manual, 13.4):
 * control, and of the ring its base in two halves, its length in bytes, head and tail in descriptors. Of the ring
 * by which it receives, where that lies.
 */
export const ringRegisters = {
  control: 0x400,
  baseLow: 0x3800,
  baseHigh: 0x3804,
  length: 0x3808,
  head: 0x3810,
  tail: 0x3818,
  receiveBaseLow: 0x2800,
  receiveBaseHigh: 0x2804,
  receiveLength: 0x2808,
} as const;

type RegisterName = keyof typeof ringRegisters;

/** What those registers hold. */
export type RingState = Readonly<Record<RegisterName, number>>;

const registerNames = Object.keys(ringRegisters) as readonly RegisterName[];
const enable = 0x2;
const descriptorBytes = 16;

/** An e1000 whose descriptors are to be read, and its registers before anything was driven. */
export interface Ring {
  readonly device: string;
  readonly state: RingState;
}

/** Descriptors that a NIC was told to send, and when. */
interface Sent {
  /** The event in the trace after which it sent them. */
  readonly after: TraceEvent;
  readonly base: number;
  readonly indexes: readonly number[];
}

/**
 * QEMU's e1000 traces no descriptor, but it works one off inside the write to a register that lets it
 * (hw/net/e1000.c, start_xmit), and its driver leaves addresses and lengths in the ring until it comes round
 * again. So what the CPU wrote to the registers and the ring as it is after a step tell what was sent.
 * @param read the machine's memory as it is after the step
 * @returns the events with those of the descriptors where they belong, and what cannot be known
 */
export async function withDescriptors(
  events: readonly TraceEvent[],
  map: AddressMap,
  rings: readonly Ring[],
  read: (address: number, bytes: number) => Promise<Buffer>,
): Promise<{readonly events: readonly TraceEvent[]; readonly gaps: readonly string[]}> {
  const gaps: string[] = [];
  const sent = new Map<TraceEvent, readonly TraceEvent[]>();
  for (const {device, state} of rings) {
    const {batches, end} = follow(events, map, device, state);
    const descriptors = batches.reduce((sum, {indexes}) => sum + indexes.length, 0);
    if (descriptors === 0) continue;
    if (batches.some(({base}) => base !== baseOf(end)) || descriptors > end.length / descriptorBytes) {
      gaps.push(`${device} sent ${descriptors} descriptors, and not all are in its ring any more`);
      continue;
    }
    const memory = await read(baseOf(end), end.length);
    for (const {after, indexes} of batches) {
      const found = indexes
        .map((index) => descriptorAt(memory, index))
        .filter((event) => event !== undefined);
      sent.set(after, found);
    }
  }
  if (sent.size === 0) return {events, gaps};
  return {events: events.flatMap((event) => [event, ...(sent.get(event) ?? [])]), gaps};
}

/**
 * Where every request is traced, what an e1000 reads beside its rings is what it sends: the ring need not be
 * read, which may lie behind an IOMMU.
 * @returns the events with those of the descriptors before the requests for what they name
 */
export function withFetches(
  events: readonly TraceEvent[],
  map: AddressMap,
  rings: readonly Ring[],
): readonly TraceEvent[] {
  if (rings.length === 0) return events;
  const now = new Map(rings.map(({device, state}) => [device, {...state}]));
  return events.flatMap((event): readonly TraceEvent[] => {
    if (event.kind === 'register') {
      const written = registerOf(event, map);
      const state = now.get(written?.device ?? '');
      if (written !== undefined && state !== undefined) state[written.name] = Number(event.value);
    }
    if (event.kind !== 'request' || event.operation !== 'read') return [event];
    const state = now.get(event.device);
    if (state === undefined || inRings(event.address, state)) return [event];
    const {device, address, bytes} = event;
    return [{kind: 'nic-transmit', device, address, bytes}, event];
  });
}

function inRings(address: number, state: RingState): boolean {
  const {receiveBaseLow: baseLow, receiveBaseHigh: baseHigh, receiveLength} = state;
  const receive = baseOf({baseLow, baseHigh});
  const transmit = baseOf(state);
  return (
    (address >= transmit && address < transmit + state.length) ||
    (address >= receive && address < receive + receiveLength)
  );
}

/** Which register of which e1000 the CPU wrote to. */
function registerOf(
  event: Extract<TraceEvent, {kind: 'register'}>,
  map: AddressMap,
): {readonly device: string; readonly name: RegisterName} | undefined {
  if (event.model !== 'e1000' || event.operation !== 'write') return undefined;
  const bar = deviceAt(map, event.address);
  const name =
    bar && registerNames.find((candidate) => ringRegisters[candidate] === event.address - bar.start);
  return bar === undefined || name === undefined ? undefined : {device: bar.device, name};
}

/** Does to a copy of the registers what the CPU did to them, and notes what the NIC sends thereupon. */
function follow(
  events: readonly TraceEvent[],
  map: AddressMap,
  device: string,
  state: RingState,
): {readonly batches: readonly Sent[]; readonly end: RingState} {
  const now: Record<RegisterName, number> = {...state};
  const batches: Sent[] = [];
  for (const event of events) {
    if (event.kind !== 'register') continue;
    const written = registerOf(event, map);
    if (written?.device !== device) continue;
    const {name} = written;
    now[name] = Number(event.value);
    if ((name !== 'tail' && name !== 'control') || (now.control & enable) === 0) continue;
    const indexes: number[] = [];
    const count = now.length / descriptorBytes;
    // A tail beyond the ring is never met.
    while (now.head !== now.tail && indexes.length < count) {
      indexes.push(now.head);
      now.head = (now.head + 1) % count;
    }
    if (indexes.length > 0) batches.push({after: event, base: baseOf(now), indexes});
  }
  return {batches, end: now};
}

function baseOf({baseHigh, baseLow}: Pick<RingState, 'baseHigh' | 'baseLow'>): number {
  // The lowest four bits are 0: hw/net/e1000.c, tx_desc_base.
  return baseHigh * 2 ** 32 + baseLow - (baseLow % descriptorBytes);
}

/** Address and length of a descriptor, little endian: SDM, 3.3.3. */
function descriptorAt(ring: Buffer, index: number): TraceEvent | undefined {
  const at = index * descriptorBytes;
  return transmitDescriptor(Number(ring.readBigUInt64LE(at)), ring.readUInt32LE(at + 8));
}
