// SPDX-License-Identifier: MIT
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {checkCounts, type Counted} from '../../src/verdict/count.ts';

const counted: Counted = {operation: 'page', map: 76, unmap: 61, rounds: 64, differing: 0, byClock: 137.1};
const failures = (changed: Partial<Counted>) =>
  checkCounts([counted, {...counted, operation: 'sg-1', ...changed}])
    .filter(({ok}) => !ok)
    .map(({name, witness, detail}) => `${name} (${witness}): ${detail}`);

test('what the clock agrees with and every round took is right', (t) => {
  t.deepEqual(failures({}), []);
  t.deepEqual(failures({byClock: 136.85}), []);
});

testProp('one instruction more or less than QEMU counted is seen', [fc.constantFrom(-1, 1)], (t, by) => {
  t.deepEqual(failures({map: 76 + by}), [
    `clock (host): the guest counts ${76 + by} + 61 instructions for sg-1, but QEMU's clock goes on by 137.1 ns: does the lane count instructions?`,
  ]);
});

test('without the host there is no number', (t) => {
  t.deepEqual(failures({byClock: undefined}), [
    'clock (host): the guest counts 76 + 61 instructions for sg-1, but QEMU traced no two readings of its clock around them.',
  ]);
});

test('nor without the guest', (t) => {
  t.deepEqual(failures({map: NaN, unmap: NaN, byClock: undefined}), [
    'clock (host): the guest does not tell what sg-1 takes.',
  ]);
});

test('rounds that differ are told', (t) => {
  t.deepEqual(failures({differing: 3}), [
    'repeats (guest): 3 of 64 rounds of sg-1 took other numbers of instructions than the first: there is none to compare.',
  ]);
});
