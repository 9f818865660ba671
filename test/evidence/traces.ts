// SPDX-License-Identifier: MIT
import {readFileSync} from 'node:fs';
import path from 'node:path';
import type {AddressMap} from '../../src/evidence/address-map.ts';
import {buildLedger, type Initiators, type Ledger} from '../../src/evidence/ledger.ts';
import {parseTrace} from '../helpers/parse-trace.ts';
import type {TraceEvent} from '../../src/evidence/trace-event.ts';

/**
 * A part of what QEMU 10.0.2 wrote on a q35 with three drives below one switch: nsid 1 to 3, the third with
 * a CMB. Of each run of accesses to the CMB only the first are kept.
 */
export function recordedTrace(name: string): readonly TraceEvent[] {
  return parseTrace(recordedText(name));
}

/** The same trace with the beginning and the end of commands, where none were recorded: each succeeds. */
export function completed(events: readonly TraceEvent[]): readonly TraceEvent[] {
  if (events.some(({kind}) => kind === 'nvme-submit')) return events;
  const all: TraceEvent[] = [];
  let ends: TraceEvent[] = [];
  for (const [cid, event] of events.entries()) {
    if (event.kind !== 'nvme-map') all.push(...ends.splice(0));
    if (event.kind === 'nvme-command') {
      all.push({kind: 'nvme-submit', cid, nsid: event.nsid, queue: 1});
      ends = [
        {kind: 'nvme-began', cid},
        {kind: 'nvme-completion', cid, queue: 1, status: 0},
      ];
    }
    all.push(event);
  }
  return [...all, ...ends];
}

export function recordedText(name: string): string {
  return readFileSync(path.join(import.meta.dirname, 'golden/traces', `${name}.txt`), 'latin1');
}

/** The ledger of a trace in which every command succeeds. */
export function ledgerOf(
  events: readonly TraceEvent[],
  map: AddressMap,
  initiators: Initiators,
): Pick<Ledger, 'entries' | 'gaps'> {
  const {entries, gaps} = buildLedger(completed(events), map, initiators);
  return {entries, gaps};
}

/** Where the CMB of the recorded machine lies, and its memory. */
export const recordedMap: AddressMap = {
  bars: [
    {device: 'src', bar: 0, start: 0xfe80_0000, size: 0x4000},
    {device: 'cmb', bar: 2, start: 0xfb00_0000, size: 0x100_0000},
  ],
  memory: [
    {start: 0, size: 0xa0000},
    {start: 0x10_0000, size: 0x1ff0_0000},
  ],
};

/** The same of a machine with three NICs below the switch: what `transmit` was recorded on. */
export const recordedNics: AddressMap = {
  bars: [
    {device: 'new', bar: 0, start: 0xfd40_0000, size: 0x2_0000},
    {device: 'nic', bar: 0, start: 0xfd60_0000, size: 0x2_0000},
    {device: 'old', bar: 0, start: 0xfd80_0000, size: 0x2_0000},
    {device: 'cmb', bar: 2, start: 0xfb00_0000, size: 0x100_0000},
  ],
  memory: recordedMap.memory,
};

export const recordedDrives = {1: 'src', 2: 'dst', 3: 'cmb'} as const;
