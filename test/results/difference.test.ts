// SPDX-License-Identifier: MIT
import test from 'ava';
import {differenceOf} from '../../src/results/difference.ts';
import {knownCrash, results, sweep} from './results.ts';

const [pass, fail, crash] = results;
if (pass === undefined || fail === undefined || crash === undefined) throw new Error('no results');

test('a crash by a known issue is better than a failure that nothing explains, and worse than a pass', (t) => {
  t.is(differenceOf(knownCrash, fail), 'worse');
  t.is(differenceOf(knownCrash, crash), 'worse');
  t.is(differenceOf(crash, knownCrash), 'better');
  t.is(differenceOf(knownCrash, pass), 'better');
  t.is(differenceOf(knownCrash, knownCrash), 'same');
});

test('another known issue is another way, neither better nor worse', (t) => {
  t.is(differenceOf(knownCrash, sweep), 'other way');
});
