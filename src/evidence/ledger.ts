// SPDX-License-Identifier: MIT
import {hex} from '../base/hex.ts';
import type {RouteKind} from '../topology/route.ts';
import {type AddressMap, deviceAt, locate} from './address-map.ts';
import {arrivalGaps} from './arrivals.ts';
import {Edus} from './edu.ts';
import {describeStatus, type NvmeOutcome, nvmeOutcomes} from './nvme-outcomes.ts';
import {type Routed, Routes} from './route.ts';
import type {TraceEvent} from './trace-event.ts';
import {type Iommu, type Passed, Translations} from './translation.ts';

/** Bytes that one initiator moved in one direction to or from one place, contiguous there. */
export interface LedgerEntry {
  /** The id of the device that did the DMA. */
  readonly initiator: string;
  /** As the initiator does it to the target. */
  readonly direction: 'read' | 'write';
  /** The id of the device whose BAR it is, `host-memory` or `unmapped`. */
  readonly target: string;
  readonly bar?: number;
  readonly bytes: number;
  /** The first address, as the initiator was given it: a bus address, or an IOVA. */
  readonly address: number;
  /** The first address behind the IOMMU, where there is one and it answered. The target lies there. */
  readonly translated?: number;
  /** The first address of it that the CPU has, for memory that the bus has elsewhere. */
  readonly cpu?: number;
  /** The IOMMU had no translation for it, and let nothing through. */
  readonly faulted?: true;
  /** Which way the requests took, where QEMU routes: upstream to the root complex, or turned around below it. */
  readonly route?: RouteKind;
  /** The function that turned them around, or blocked them. */
  readonly by?: string;
  /** Of a sum: how many pieces there were, with the lowest address of them; else it is one piece. */
  readonly pieces?: number;
}

/** The first address at which a transfer arrived: behind the IOMMU, if one translated it. */
export function arrivalOf({address, translated}: Pick<LedgerEntry, 'address' | 'translated'>): number {
  return translated ?? address;
}

/** A command that a controller was given and did not do: it moved nothing. */
export interface RejectedCommand {
  readonly initiator: string;
  readonly direction: 'read' | 'write';
  readonly bytes: number;
  /** The status field of its completion, without the phase. */
  readonly status: number;
  /** Whether its data was to lie in the controller's own memory and elsewhere, as far as QEMU looked. */
  readonly mixed: boolean;
}

/** The DMA ledger of a step. */
export interface Ledger {
  readonly entries: readonly LedgerEntry[];
  readonly rejected: readonly RejectedCommand[];
  /** What does not add up: with one of these the ledger proves nothing. */
  readonly gaps: readonly string[];
}

/** Who initiates what, so that events that name no device can be told apart. */
export interface Initiators {
  /** NVMe drives by the nsid of their namespace, which is unique over the topology. */
  readonly drives: Readonly<Record<number, string>>;
  /** Devices whose BAR is a region that QEMU traces access by access (a CMB), so that arrival shows. */
  readonly traced: readonly string[];
  /** NICs whose descriptors are traced: of several, one that sends is known by its doorbell alone. */
  readonly nics?: readonly string[];
  /** How wide the addresses of edus are, by id; 64 bits if it is not said. */
  readonly addressBits?: Readonly<Record<string, number>>;
  /** The IOMMU that all of them are behind, if there is one. */
  readonly iommu?: Iommu;
  /** Whether QEMU's bridges route, and every request is in the trace with the way that it took. */
  readonly routed?: boolean;
  /** Whether the trace was on now and then only: what does not end in it is left out. */
  readonly sampled?: boolean;
}

/** Adds up the trace of a step: every byte that an initiator was told to move, and where that lies. */
export function buildLedger(events: readonly TraceEvent[], map: AddressMap, initiators: Initiators): Ledger {
  const gaps: string[] = [];
  const {transfers, rejected, behind} = collect(events, map, initiators, gaps);
  gaps.push(...arrivalGaps(behind, map, initiators.traced, transfers));
  return {entries: merge(transfers), rejected, gaps};
}

interface Command {
  readonly initiator: string;
  readonly direction: 'read' | 'write';
  /** What the controller was asked for, and what it has been given addresses for. */
  readonly bytes: number;
  mapped: number;
  readonly outcome: NvmeOutcome;
  /** Whether it was given addresses of its own memory, and others. */
  own: boolean;
  other: boolean;
}

/**
 * Follows the trace: the addresses that a controller is given belong to the command before them, and count if that
 * command was done.
 */
function collect(
  events: readonly TraceEvent[],
  map: AddressMap,
  initiators: Initiators,
  gaps: string[],
): {
  readonly transfers: readonly LedgerEntry[];
  readonly rejected: readonly RejectedCommand[];
  readonly behind: readonly TraceEvent[];
} {
  const rejected: RejectedCommand[] = [];
  const outcomes = nvmeOutcomes(events);
  const entries: LedgerEntry[] = [];
  // The same events, but what a NIC fetches is told by where it lies behind the IOMMU.
  const behind: TraceEvent[] = [];
  const translations = initiators.iommu && new Translations(events, initiators.iommu);
  const routes = initiators.routed === true ? new Routes(events) : undefined;
  const edus = new Edus(map, initiators.addressBits ?? {}, gaps);
  let command: Command | 'administrative' | undefined;
  // A NIC sends inside the write to its doorbell: the last register that was written names it.
  const [only, second] = initiators.nics ?? [];
  let sender = second === undefined ? only : undefined;
  const close = (): void => {
    if (typeof command !== 'object') return;
    const {initiator, direction, bytes, mapped, outcome, own, other} = command;
    if (outcome.kind === 'rejected') {
      rejected.push({initiator, direction, bytes, status: outcome.status, mixed: own && other});
    } else if (outcome.kind === 'failed') {
      const status = describeStatus(outcome.status);
      gaps.push(
        `${initiator} failed to move ${bytes} bytes: ${status}. How many of them it moved is not known`,
      );
    } else if (outcome.kind === 'unfinished') {
      if (initiators.sampled !== true)
        gaps.push(`the trace does not show how a command of ${initiator} for ${bytes} bytes ended`);
    } else if (bytes !== mapped) {
      gaps.push(`${initiator} was asked for ${bytes} bytes and given addresses for ${mapped}`);
    }
  };
  const add = (
    initiator: string,
    direction: 'read' | 'write',
    given: {readonly address: number; readonly bytes: number},
    index: number,
  ): readonly Passed[] => {
    // A controller's own memory lies within it: it makes no request.
    const within = deviceAt(map, given.address)?.device === initiator;
    const ways: readonly Part[] | undefined =
      routes === undefined || within ? [given] : routes.follow(initiator, direction, {...given, from: index});
    if (ways === undefined) {
      gaps.push(`the trace does not show the requests of ${initiator} for ${hex(given.address)}`);
      return [];
    }
    return ways.flatMap((part): readonly Passed[] => {
      const {route, by} = part;
      const asks = translations !== undefined && !within && (route === undefined || route === 'upstream');
      const passed = asks ? translations.follow(initiator, part.address, part.bytes, index) : [part];
      if (passed === undefined) {
        gaps.push(`the trace does not show what the IOMMU made of ${hex(part.address)} for ${initiator}`);
        return [];
      }
      const taken = {...(route !== undefined && {route}), ...(by !== undefined && {by})};
      for (const piece of passed) {
        const met = route === 'blocked' ? [unmapped(piece)] : locateBehind(map, piece);
        entries.push(...met.map((place) => ({initiator, direction, ...place, ...taken})));
      }
      return route === 'blocked' ? [] : passed;
    });
  };
  for (const [index, event] of events.entries()) {
    if (event.kind !== 'nic-transmit') behind.push(event);
    switch (event.kind) {
      case 'nvme-admin':
        close();
        command = 'administrative';
        break;
      case 'nvme-command':
        close();
        command = commandOf(event, initiators, outcomes.get(index) ?? {kind: 'unfinished'});
        if (command === undefined) gaps.push(`a command on namespace ${event.nsid}, which no drive has`);
        break;
      case 'nvme-map':
        // What a controller is asked about itself is no transfer of the step.
        if (command === 'administrative') break;
        if (command === undefined) {
          gaps.push(`an NVMe controller was given ${hex(event.address)} outside any command`);
          break;
        }
        command.mapped += event.bytes;
        if (deviceAt(map, event.address)?.device === command.initiator) command.own = true;
        else command.other = true;
        if (command.outcome.kind === 'moved') add(command.initiator, command.direction, event, index);
        break;
      case 'register':
        if (event.model === 'edu') {
          const transfer = edus.follow(event);
          if (transfer !== undefined) add(transfer.initiator, transfer.direction, transfer, index);
        } else if (event.operation === 'write') sender = deviceAt(map, event.address)?.device;
        break;
      case 'nic-transmit': {
        const nic = event.device ?? sender;
        if (nic === undefined) {
          gaps.push('a NIC sent, and the trace does not say which');
          break;
        }
        const passed = add(nic, 'read', event, index).filter(({faulted}) => faulted !== true);
        behind.push(
          ...passed.map(({address, bytes, translated = address}) => ({...event, address: translated, bytes})),
        );
        break;
      }
      case 'nvme-submit':
      case 'nvme-began':
      case 'nvme-io-error':
      case 'nvme-completion':
      case 'nvme-error':
      case 'request':
      case 'access':
      case 'clock':
      case 'iommu-translation':
      case 'iommu-fault':
        break;
    }
  }
  close();
  edus.end();
  return {transfers: entries, rejected, behind};
}

/** A part of a transfer, and which way it took, if that is known. */
type Part = Pick<Routed, 'address' | 'bytes'> & Partial<Pick<Routed, 'route' | 'by'>>;

/** Nothing is met by what a bridge blocked. */
function unmapped({address, bytes}: Passed): Pick<LedgerEntry, 'target' | 'bytes' | 'address'> {
  return {target: 'unmapped', bytes, address};
}

/** What a part of a transfer meets behind the IOMMU. */
function locateBehind(
  map: AddressMap,
  {address, bytes, translated, faulted}: Passed,
): readonly Pick<LedgerEntry, 'target' | 'bar' | 'bytes' | 'address' | 'translated' | 'cpu' | 'faulted'>[] {
  if (faulted === true) return [{target: 'unmapped', bytes, address, faulted}];
  const start = translated ?? address;
  return locate(map, start, bytes).map(({target, address: at, bytes: length}) => ({
    ...(target.kind === 'bar' ? {target: target.device, bar: target.bar} : {target: target.kind}),
    bytes: length,
    address: address + (at - start),
    ...(translated !== undefined && {translated: at}),
    ...(target.kind === 'host-memory' && target.cpu !== undefined && {cpu: target.cpu}),
  }));
}

function commandOf(
  {nsid, operation, bytes}: Extract<TraceEvent, {kind: 'nvme-command'}>,
  {drives}: Initiators,
  outcome: NvmeOutcome,
): Command | undefined {
  const initiator = drives[nsid];
  // A drive that reads its medium writes to memory.
  const direction = operation === 'read' ? 'write' : 'read';
  return initiator === undefined
    ? undefined
    : {initiator, direction, bytes, mapped: 0, outcome, own: false, other: false};
}

/** Joins transfers of one initiator to one place that follow each other without a hole. */
function merge(transfers: readonly LedgerEntry[]): readonly LedgerEntry[] {
  const entries: LedgerEntry[] = [];
  // By where an entry ends: a mixed load has tens of thousands.
  const open = new Map<string, number>();
  const at = (entry: LedgerEntry, offset: number): string => {
    const {initiator, direction, target, bar, faulted, address, translated, route, by} = entry;
    const arrives = translated === undefined ? undefined : translated + offset;
    return [initiator, direction, target, bar, faulted, route, by, address + offset, arrives].join(' ');
  };
  for (const transfer of transfers) {
    const key = at(transfer, 0);
    const index = open.get(key) ?? entries.length;
    const before = entries[index];
    const entry = before === undefined ? transfer : {...before, bytes: before.bytes + transfer.bytes};
    open.delete(key);
    entries[index] = entry;
    open.set(at(entry, entry.bytes), index);
  }
  return entries;
}

/** Adds up what one initiator moved in one direction to or from one place, wherever in it: for what is too much to be told. */
export function sumUp(entries: readonly LedgerEntry[]): readonly LedgerEntry[] {
  const sums = new Map<string, LedgerEntry>();
  for (const entry of entries) {
    const {initiator, direction, target, bar, route, by} = entry;
    const key = [initiator, direction, target, bar, route, by].join(' ');
    const sum = sums.get(key);
    const bytes = (sum?.bytes ?? 0) + entry.bytes;
    const address = Math.min(sum?.address ?? Infinity, entry.address);
    sums.set(key, {...entry, bytes, address, pieces: (sum?.pieces ?? 0) + 1});
  }
  return [...sums.values()];
}
