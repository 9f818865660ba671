// SPDX-License-Identifier: MIT
import test from 'ava';
import type {AddressMap} from '../../src/evidence/address-map.ts';
import {buildLedger, type Initiators} from '../../src/evidence/ledger.ts';
import {parseTrace} from '../helpers/parse-trace.ts';

const map: AddressMap = {
  bars: [
    {device: 'edu0', bar: 0, start: 0xfe80_0000, size: 0x10_0000},
    {device: 'edu1', bar: 0, start: 0xfe90_0000, size: 0x10_0000},
    {device: 'cmb', bar: 2, start: 0xfb00_0000, size: 0x100_0000},
  ],
  memory: [{start: 0, size: 0x2000_0000}],
};

const initiators: Initiators = {drives: {}, traced: []};

/** What QEMU writes of a CPU's access to an edu's register. */
function register(operation: 'read' | 'write', base: number, offset: number, value: bigint): string {
  const address = (base + offset).toString(16);
  return `memory_region_ops_${operation} cpu 0 mr 0x55ef1a518960 addr 0x${address} value 0x${value.toString(16)} size 8 name 'edu-mmio'`;
}

const edu0 = 0xfe80_0000;
const edu1 = 0xfe90_0000;

function started(base: number, {source, target, count, command}: Record<string, bigint>): readonly string[] {
  return [
    register('write', base, 0x80, source ?? 0n),
    register('write', base, 0x88, target ?? 0n),
    register('write', base, 0x90, count ?? 0n),
    register('write', base, 0x98, command ?? 0n),
  ];
}

const read = {source: 0xfb01_0000n, target: 0x4_0000n, count: 4096n, command: 1n};
const write = {source: 0x4_0000n, target: 0x123_4000n, count: 512n, command: 3n};
const ended = (base: number): string => register('read', base, 0x98, 0n);

function ledgerOf(lines: readonly string[], addressBits: Readonly<Record<string, number>> = {}) {
  const {entries, gaps} = buildLedger(parseTrace(lines.join('\n')), map, {...initiators, addressBits});
  return {entries, gaps};
}

test('what an edu is told to fetch and to write, each by its own BAR', (t) => {
  const lines = [
    ...started(edu0, read),
    register('read', edu0, 0x98, 1n),
    ended(edu0),
    ...started(edu1, write),
    ended(edu1),
  ];
  t.deepEqual(ledgerOf(lines), {
    entries: [
      {initiator: 'edu0', direction: 'read', target: 'cmb', bar: 2, bytes: 4096, address: 0xfb01_0000},
      {initiator: 'edu1', direction: 'write', target: 'host-memory', bytes: 512, address: 0x123_4000},
    ],
    gaps: [],
  });
});

test('an edu leaves out the bits of an address that it does not have', (t) => {
  const {entries} = ledgerOf([...started(edu0, read), ended(edu0)], {edu0: 28});
  t.deepEqual(
    entries.map(({target, address}) => ({target, address})),
    [{target: 'host-memory', address: 0xb01_0000}],
  );
});

test('a DMA_MAPPING_ERROR that is used leads nowhere', (t) => {
  const {entries} = ledgerOf([...started(edu0, {...read, source: 2n ** 64n - 1n, count: 4n}), ended(edu0)]);
  t.is(entries[0]?.target, 'unmapped');
});

test('registers alone start nothing, nor does a command without the bit that runs it', (t) => {
  t.deepEqual(ledgerOf(started(edu0, {...read, command: 2n})), {entries: [], gaps: []});
});

test('a transfer whose end was not seen is a gap, and one that was told something else meanwhile', (t) => {
  t.deepEqual(ledgerOf(started(edu0, read)).gaps, ['edu0 began a transfer whose end was not seen']);
  const {gaps} = ledgerOf([...started(edu0, read), register('write', edu0, 0x80, 0n), ended(edu0)]);
  t.deepEqual(gaps, ['edu0 was told something else before it had ended a transfer']);
});

test('an edu that no BAR tells of is a gap', (t) => {
  t.regex(ledgerOf([register('write', 0xfeb0_0000, 0x98, 1n)]).gaps[0] ?? '', /where no BAR is/);
});
