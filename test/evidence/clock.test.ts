// SPDX-License-Identifier: MIT
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import type {AddressMap} from '../../src/evidence/address-map.ts';
import {clockWindows} from '../../src/evidence/clock.ts';
import {parseTrace} from '../helpers/parse-trace.ts';

const edu = 0xfe60_0000;
const other = 0xfe80_0000;
const map: AddressMap = {
  bars: [
    {device: 'below', bar: 0, start: edu, size: 2 ** 20},
    {device: 'outside', bar: 0, start: other, size: 2 ** 20},
  ],
  memory: [],
};

const mark = (value: number, at = edu + 4): string =>
  `memory_region_ops_write cpu 0 mr 0x1 addr 0x${at.toString(16)} value 0x${value.toString(16)} size 4 name 'edu-mmio'`;
const clock = (value: number, at = 0xfed0_00f0): string =>
  `memory_region_ops_read cpu 0 mr 0x1 addr 0x${at.toString(16)} value 0x${value.toString(16)} size 4 name 'hpet'`;
const windows = (...lines: readonly string[]) =>
  Object.fromEntries(clockWindows(parseTrace(lines.join('\n')), map, 'below'));

test('a window is what the clock went on by between its marks', (t) => {
  t.deepEqual(
    windows(mark(0x72), clock(100), clock(107), mark(0x73), mark(0x70), clock(200), clock(290), mark(0x71)),
    {[0x72]: 7, [0x70]: 90},
  );
});

test("readings that are none of a window's do not count", (t) => {
  // Linux reads the clock, too, and another register of it.
  t.deepEqual(
    windows(clock(1), mark(0x70), clock(5), clock(9, 0xfed0_0000), clock(9), mark(0x71), clock(50)),
    {[0x70]: 4},
  );
});

test('a window without its end, its readings or its device is none', (t) => {
  t.deepEqual(windows(mark(0x70), clock(5), clock(9)), {});
  t.deepEqual(windows(mark(0x70), mark(0x71)), {});
  t.deepEqual(windows(clock(5), clock(9), mark(0x71)), {});
  t.deepEqual(windows(mark(0x70), clock(5), clock(9), mark(0x75)), {});
  t.deepEqual(windows(mark(0x70, other + 4), clock(5), clock(9), mark(0x71, other + 4)), {});
  t.deepEqual(windows(mark(0x70, edu + 8), clock(5), clock(9), mark(0x71, edu + 8)), {});
});

testProp('the counter may begin anew', [fc.nat(2 ** 32 - 1), fc.nat(2 ** 20)], (t, from, by) => {
  t.deepEqual(windows(mark(0x70), clock(from), clock((from + by) % 2 ** 32), mark(0x71)), {[0x70]: by});
});
