// SPDX-License-Identifier: MIT
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {changesIn, type NightlyRun} from './slow-changes.ts';
import type {Outcome} from '../../src/results/outcome.ts';

/** Nightly runs of one run, the newest first; `-` is one without it. */
function nightlyRuns(...words: readonly (Outcome | '-')[]): readonly NightlyRun[] {
  return words.map((word, index) => ({
    begun: `nightly-${words.length - index}`,
    outcomes: new Map<string, Outcome>([['other', 'pass'], ...(word === '-' ? [] : [['a', word] as const])]),
  }));
}

const changes = (...words: readonly (Outcome | '-')[]) => changesIn(nightlyRuns(...words));

test('what broke and what was mended is told with the last nightly run that was otherwise', (t) => {
  t.deepEqual(changes('fail', 'pass', 'pass'), [
    {run: 'a', change: 'broke', since: 'nightly-3', before: 'nightly-2'},
  ]);
  t.deepEqual(changes('pass', 'crash'), [
    {run: 'a', change: 'fixed', since: 'nightly-2', before: 'nightly-1'},
  ]);
  t.deepEqual(changes('fail', 'crash', 'fail', 'pass'), [
    {run: 'a', change: 'still bad', since: 'nightly-2', before: 'nightly-1'},
  ]);
  t.deepEqual(changes('fail', 'fail'), [{run: 'a', change: 'still bad', since: 'nightly-1'}]);
  t.deepEqual(changes('pass', 'pass'), []);
});

test('nightly runs that say nothing of a kernel break and mend nothing', (t) => {
  t.deepEqual(changes('error', 'pass'), []);
  t.deepEqual(changes('flaky', 'pass'), []);
  t.deepEqual(changes('pass', 'error', 'pass'), []);
  t.like(changes('fail', 'error', 'flaky', 'pass')[0], {
    change: 'broke',
    since: 'nightly-4',
    before: 'nightly-1',
  });
  t.like(changes('fail', 'error', 'fail', 'pass')[0], {change: 'still bad', since: 'nightly-2'});
});

test('a known issue is no news as long as it is there', (t) => {
  t.deepEqual(changes('known', 'known'), []);
  t.like(changes('known', 'pass')[0], {change: 'broke'});
  t.like(changes('pass', 'known')[0], {change: 'fixed'});
  t.like(changes('fail', 'known')[0], {change: 'broke'}, 'it fails, but not by the known issue');
});

test('runs come and go', (t) => {
  t.like(changes('pass', '-')[0], {change: 'new'});
  t.like(changes('-', 'pass')[0], {change: 'missing', before: 'nightly-1'});
  t.deepEqual(changes('fail'), [], 'the first nightly run of a suite is no change');
});

testProp(
  'a nightly run like the one before brings no news but what is bad still',
  [fc.array(fc.constantFrom<Outcome>('pass', 'fail', 'known', 'skip', 'error', 'flaky'), {minLength: 1})],
  (t, words) => {
    const [first, ...rest] = words;
    if (first === undefined) return;
    const told = changes(first, first, ...rest).map(({change}) => change);
    t.true(told.every((change) => change === 'still bad'));
  },
);
