// SPDX-License-Identifier: MIT
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {changePoint, exactChange} from '../../src/results/change-point.ts';

const noisy = (level: number, count: number, scatter: number): readonly number[] =>
  Array.from({length: count}, (_, index) => level + scatter * Math.sin(index * 7919));

test('a count that steps is found where it stepped, with both levels', (t) => {
  t.deepEqual(changePoint([...noisy(1000, 20, 0), ...noisy(1100, 10, 0)]), {
    index: 20,
    before: 1000,
    after: 1100,
  });
});

test('a step below scatter, or of less than two in a hundred, is none', (t) => {
  t.is(changePoint([...noisy(1000, 20, 200), ...noisy(1100, 20, 200)]), undefined);
  t.is(changePoint([...noisy(1000, 20, 0), ...noisy(1010, 20, 0)]), undefined);
});

test('one outlier is no change, and too few numbers say nothing', (t) => {
  t.is(changePoint([...noisy(1000, 20, 5), 9000, ...noisy(1000, 20, 5)]), undefined);
  t.is(changePoint([1, 1, 1, 2, 2, 2]), undefined);
  t.is(changePoint([]), undefined);
});

testProp(
  'a clear step is found within one number of its place, whatever its height',
  [fc.integer({min: 5, max: 40}), fc.integer({min: 5, max: 40}), fc.integer({min: 20, max: 300})],
  (t, left, right, percent) => {
    const found = changePoint([...noisy(1000, left, 10), ...noisy(1000 + 10 * percent, right, 10)]);
    t.true(found !== undefined && Math.abs(found.index - left) <= 1, JSON.stringify(found));
  },
);

testProp(
  'a series of one level has no change',
  [fc.array(fc.integer({min: 995, max: 1005}), {maxLength: 80})],
  (t, values) => {
    t.is(changePoint(values), undefined);
  },
);

test('of what has no scatter every step is a change, and the last one is told', (t) => {
  t.is(exactChange([]), undefined);
  t.is(exactChange([14920]), undefined);
  t.is(exactChange([14920, 14920]), undefined);
  t.deepEqual(exactChange([14920, 14920, 14921]), {index: 2, before: 14920, after: 14921});
  t.deepEqual(exactChange([1, 2, 2, 3, 3]), {index: 3, before: 2, after: 3});
});
