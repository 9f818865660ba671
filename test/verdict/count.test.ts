// SPDX-License-Identifier: MIT
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {checkCounts, countGaps, type Counted} from '../../src/verdict/check-counts.ts';

const counted: Counted = {operation: 'page', map: 76, unmap: 61, rounds: 64, differing: 0, byClock: 137.1};
const known: Counted = {...counted, operation: 'known', map: 1000, unmap: 100, byClock: 1100};
const failures = (changed: Partial<Counted>, calibrated: Partial<Counted> = {}) =>
  checkCounts([{...known, ...calibrated}, counted, {...counted, operation: 'sg-1', ...changed}])
    .filter(({ok}) => !ok)
    .map(({name, witness, detail}) => `${name} (${witness}): ${detail}`);

test('what the clock agrees with and every round took is right', (t) => {
  t.deepEqual(failures({}), []);
  t.deepEqual(failures({byClock: 136.85}), []);
});

testProp('one instruction more or less than QEMU counted is seen', [fc.constantFrom(-1, 1)], (t, by) => {
  t.deepEqual(failures({map: 76 + by}), [
    `clock (host): the guest counted ${76 + by} + 61 instructions for sg-1, but QEMU's clock advanced by 137.1 ns; is -icount enabled?`,
  ]);
});

test('without the host there is no number', (t) => {
  t.deepEqual(failures({byClock: undefined}), [
    'clock (host): the guest counted 76 + 61 instructions for sg-1, but QEMU did not trace two clock readings around them',
  ]);
});

test('nor without the guest', (t) => {
  t.deepEqual(failures({map: NaN, unmap: NaN, byClock: undefined}), [
    'clock (host): the guest reported no instruction count for sg-1',
  ]);
});

test('rounds that differ are told', (t) => {
  t.deepEqual(failures({differing: 3}), [
    'repeats (guest): 3 of 64 rounds of sg-1 executed a different number of instructions than the first',
  ]);
});

test('a tick that is no instruction is seen, though the clock agrees', (t) => {
  t.deepEqual(failures({}, {map: 2000, unmap: 200, byClock: 2200}), [
    'unit (guest): calibration: expected 1000 + 100 instructions, counted 2000 + 200',
  ]);
});

test('counts that are wrong say nothing of the kernel; rounds that differ do', (t) => {
  t.is(countGaps([known, counted]).length, 0);
  t.is(countGaps([known, {...counted, differing: 1}]).length, 0);
  t.is(countGaps([known, {...counted, map: 77}]).length, 1);
  t.is(countGaps([{...known, map: 2000, byClock: 2100}, counted]).length, 1);
  t.is(countGaps([counted]).length, 1);
});
