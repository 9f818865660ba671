// SPDX-License-Identifier: MIT
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {type AddressMap, locate, readBars, readMemory} from '../../src/evidence/address-map.ts';
import {everything} from '../topology/recorded.ts';

const golden = path.join(import.meta.dirname, 'golden');

test('the BARs of all devices, also below switches', (t) => {
  const {topology, recorded} = everything('nehalem');
  const bars = readBars(recorded.queryPci);
  const cmbs = bars.filter(({bar, size}) => bar === 2 && size >= 2 ** 20);
  t.true(cmbs.length > 0);
  for (const {id, ...node} of topology.nodes) {
    if (node.kind !== 'endpoint' || node.type === 'e1000') continue;
    t.true(
      bars.some(({device}) => device === id),
      `${id} has no BAR`,
    );
  }
  const sorted = bars.toSorted((a, b) => a.start - b.start);
  for (const [index, {start, size}] of sorted.entries()) {
    t.true(start + size <= (sorted[index + 1]?.start ?? Infinity), 'two BARs overlap');
  }
});

test('a BAR that the guest has not placed is none', (t) => {
  const regions = [
    {type: 'memory', bar: 0, address: -1, size: 16384},
    {type: 'memory', bar: 2, address: 0, size: 4096},
    {type: 'io', bar: 3, address: 0x6000, size: 32},
    {type: 'memory', bar: 4, address: 0xfe80_0000, size: 16384},
  ];
  t.deepEqual(readBars([{devices: [{qdev_id: 'src', regions}]}]), [
    {device: 'src', bar: 4, start: 0xfe80_0000, size: 16384},
  ]);
});

test('what is no answer to query-pci has no BARs', (t) => {
  for (const nonsense of [undefined, null, {}, 'x', [{}], [{devices: 3}], [{devices: [{regions: 'x'}]}]]) {
    t.deepEqual(readBars(nonsense), []);
  }
});

const q35 = {region: 'pc.ram', space: 'memory'};

test("the machine's RAM, without the VRAM and the registers in between", (t) => {
  const memory = readMemory(readFileSync(path.join(golden, 'mtree.txt'), 'utf8'), q35);
  const total = memory.reduce((sum, {size}) => sum + size, 0);
  // 512 MiB, of which firmware shadows some below 1 MiB; VRAM would be 16 MiB more.
  t.true(total <= 512 * 2 ** 20 && total > 511 * 2 ** 20, String(total));
  t.true(memory.every(({start, size}) => start + size <= 512 * 2 ** 20));
  t.deepEqual(readMemory('nonsense', q35), []);
});

test('more memory than fits below 4 GiB lies in two places, for the CPU as for devices', (t) => {
  const memory = readMemory(readFileSync(path.join(golden, 'mtree-5gib.txt'), 'utf8'), q35);
  t.deepEqual(
    memory.filter(({start}) => start >= 2 ** 20),
    [
      {start: 2 ** 20, size: 2 ** 31 - 2 ** 20},
      {start: 2 ** 32, size: 3 * 2 ** 30},
    ],
  );
  t.true(memory.every(({cpu}) => cpu === undefined));
});

test('memory that the CPU has in two pieces is two where devices have it in one', (t) => {
  const tree = `FlatView #0
 AS "memory", root: system
  0000000000000000-0000000000000fff (prio 0, ram): ram
  0000000000004000-0000000000004fff (prio 0, ram): ram @0000000000001000
FlatView #1
 AS "bus", root: bus
  0000000000008000-0000000000009fff (prio 0, ram): ram
`;
  t.deepEqual(readMemory(tree, {region: 'ram', space: 'bus'}), [
    {start: 0x8000, size: 0x1000, cpu: 0},
    {start: 0x9000, size: 0x1000, cpu: 0x4000},
  ]);
});

const range = fc.record({start: fc.integer({min: 0, max: 4000}), size: fc.integer({min: 1, max: 600})});
/** BARs never overlap each other; RAM lies wherever it likes, also behind them. */
const addressMap: fc.Arbitrary<AddressMap> = fc
  .record({
    gaps: fc.array(fc.record({gap: fc.nat(700), size: fc.integer({min: 1, max: 600})}), {maxLength: 6}),
    memory: fc.array(range, {maxLength: 4}),
  })
  .map(({gaps, memory}) => {
    let at = 0;
    const bars = gaps.map(({gap, size}, index) => {
      const start = at + gap;
      at = start + size;
      return {device: `d${index}`, bar: 0, start, size};
    });
    return {bars: bars.toReversed(), memory};
  });

/** What one address meets, looked up the simplest way. */
function simply({bars, memory}: AddressMap, address: number): string {
  const holds = ({start, size}: {start: number; size: number}): boolean =>
    start <= address && address < start + size;
  return bars.find(holds)?.device ?? (memory.some(holds) ? 'host-memory' : 'unmapped');
}

testProp(
  'pieces are the transfer, in order, without hole or overlap, and each meets one thing',
  [addressMap, fc.nat(4500), fc.nat(900)],
  (t, map, address, bytes) => {
    let at = address;
    for (const piece of locate(map, address, bytes)) {
      t.is(piece.address, at);
      t.true(piece.bytes > 0);
      const name = piece.target.kind === 'bar' ? piece.target.device : piece.target.kind;
      for (let offset = 0; offset < piece.bytes; offset++) {
        if (simply(map, at + offset) !== name) t.fail(`${at + offset} is not ${name}`);
      }
      at += piece.bytes;
    }
    t.is(at, address + bytes);
  },
);

test('a transfer that runs over the end of a BAR is two', (t) => {
  const map: AddressMap = {
    bars: [{device: 'cmb', bar: 2, start: 0x1000, size: 0x1000}],
    memory: [{start: 0x2000, size: 0x800}],
  };
  t.deepEqual(locate(map, 0x1f00, 0xa00), [
    {target: {kind: 'bar', device: 'cmb', bar: 2, offset: 0xf00}, address: 0x1f00, bytes: 0x100},
    {target: {kind: 'host-memory'}, address: 0x2000, bytes: 0x800},
    {target: {kind: 'unmapped'}, address: 0x2800, bytes: 0x100},
  ]);
});
