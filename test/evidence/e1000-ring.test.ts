// SPDX-License-Identifier: MIT
import test from 'ava';
import type {AddressMap} from '../../src/evidence/address-map.ts';
import {type RingState, withDescriptors, withFetches} from '../../src/evidence/e1000-ring.ts';
import {parseTrace} from '../helpers/parse-trace.ts';

const bar = 0xfe04_0000;
const map: AddressMap = {
  bars: [
    {device: 'nic0', bar: 0, start: bar, size: 0x2_0000},
    {device: 'nic1', bar: 0, start: 0xfe08_0000, size: 0x2_0000},
  ],
  memory: [{start: 0, size: 0x2000_0000}],
};

/** A ring of 8 descriptors at 1 MiB, as it is while the NIC works. */
const state: RingState = {
  ...{control: 0x2, baseLow: 0x10_0000, baseHigh: 0, length: 128, head: 2, tail: 2},
  ...{receiveBaseLow: 0x20_0000, receiveBaseHigh: 0, receiveLength: 128},
};

function write(offset: number, value: number, base = bar): string {
  return `memory_region_ops_write cpu 0 mr 0x5 addr 0x${(base + offset).toString(16)} value 0x${value.toString(16)} size 4 name 'e1000-mmio'`;
}

/** Descriptor `index` has its own address, and 16 bytes for each index. */
function ring(base = 0x10_0000): (address: number, bytes: number) => Promise<Buffer> {
  return (address, bytes) => {
    const memory = Buffer.alloc(bytes);
    for (let index = 0; index < bytes / 16; index++) {
      memory.writeBigUInt64LE(BigInt(0xfb00_0000 + index * 0x1000), index * 16);
      memory.writeUInt32LE(0x8b00_0000 + 16 * (index + 1), index * 16 + 8);
    }
    return address === base ? Promise.resolve(memory) : Promise.reject(new Error('another ring'));
  };
}

async function sent(lines: readonly string[], from: RingState = state) {
  const {events, gaps} = await withDescriptors(
    parseTrace(lines.join('\n')),
    map,
    [{device: 'nic0', state: from}],
    ring(),
  );
  const kinds = events.map((event) =>
    event.kind === 'nic-transmit' ? `${event.bytes} at ${event.address.toString(16)}` : event.kind,
  );
  return {kinds, gaps};
}

test('a doorbell sends from the head to the new tail, and round the end of the ring', async (t) => {
  t.deepEqual(await sent([write(0x3818, 4), write(0x3818, 1)]), {
    kinds: [
      'register',
      '48 at fb002000',
      '64 at fb003000',
      'register',
      ...['80 at fb004000', '96 at fb005000', '112 at fb006000', '128 at fb007000', '16 at fb000000'],
    ],
    gaps: [],
  });
});

test('another NIC of the kind, and registers of other use, send nothing', async (t) => {
  const {kinds} = await sent([write(0x3818, 4, 0xfe08_0000), write(0xd8, 1), write(0x3828, 4)]);
  t.deepEqual(kinds, ['register', 'register', 'register']);
});

test('a NIC that is set up anew sends nothing by that', async (t) => {
  const up = [
    write(0x400, 0),
    write(0x3808, 128),
    write(0x3804, 0),
    write(0x3800, 0x10_0000),
    write(0x3818, 0),
    write(0x3810, 0),
    write(0x400, 0x2),
    write(0x3818, 1),
  ];
  const {kinds, gaps} = await sent(up, {...state, baseLow: 0x20_0000});
  t.deepEqual(gaps, []);
  t.deepEqual(kinds.slice(-2), ['register', '16 at fb000000']);
  t.is(kinds.length, up.length + 1);
});

test('a transmitter that is off sends what it has once it is on', async (t) => {
  const {kinds} = await sent([write(0x3818, 3), write(0x400, 0x2)], {...state, control: 0});
  t.deepEqual(kinds, ['register', 'register', '48 at fb002000']);
});

test('descriptors that were overwritten, or whose ring is gone, are a gap', async (t) => {
  const around = [write(0x3818, 1), write(0x3818, 0), write(0x3818, 7)];
  t.regex((await sent(around)).gaps[0] ?? '', /nic0 sent 21 descriptors, and not all are in its ring/);
  const moved = [write(0x3818, 3), write(0x3800, 0x20_0000), write(0x3818, 4)];
  t.is((await sent(moved)).gaps.length, 1);
});

test('where requests are traced, what it reads beside its rings is what it sends', (t) => {
  const request = (address: number, bytes: number, what = 'nic0 03:00.0 read'): string =>
    `pci_dma ${what} 0x${address.toString(16)}+0x${bytes.toString(16)} up -`;
  const fetched = (...lines: readonly string[]) =>
    withFetches(parseTrace(lines.join('\n')), map, [{device: 'nic0', state}])
      .filter(({kind}) => kind === 'nic-transmit')
      .map((event) => event.kind === 'nic-transmit' && [event.device, event.address, event.bytes]);
  t.deepEqual(fetched(request(0x10_0020, 16), request(0xfb00_0000, 4096), request(0x20_0000, 16)), [
    ['nic0', 0xfb00_0000, 4096],
  ]);
  t.deepEqual(fetched(request(0xfb00_0000, 16, 'nic0 03:00.0 write')), []);
  t.deepEqual(fetched(request(0xfb00_0000, 16, 'nic1 04:00.0 read')), []);
  // The ring moves when its driver says so.
  t.deepEqual(fetched(write(0x3800, 0x30_0000), request(0x10_0020, 16), request(0x30_0000, 16)), [
    ['nic0', 0x10_0020, 16],
  ]);
});
