// SPDX-License-Identifier: MIT
import test from 'ava';
import {type Attempt, settle} from '../../src/runner/retry-policy.ts';

const tries = (...words: readonly string[]): readonly Attempt[] =>
  words.map((word) =>
    word === 'known' ? {verdict: 'fail', knownIssue: 'map-page'} : {verdict: word as Attempt['verdict']},
  );

test('what passed, was skipped or has a known cause is settled at once', (t) => {
  for (const word of ['pass', 'skip', 'known']) t.is(settle(tries(word), 3), word as never);
  t.is(settle([], 3), undefined);
});

test('what went wrong is run again as often as the policy says, and is told as what it is', (t) => {
  for (const word of ['fail', 'crash', 'error']) {
    t.is(settle(tries(word), 0), word as never);
    t.is(settle(tries(word), 2), undefined);
    t.is(settle(tries(word, word), 2), undefined);
    t.is(settle(tries(word, word, word), 2), word as never);
  }
});

test('two verdicts are flaky, whichever came first, and are never hidden', (t) => {
  t.is(settle(tries('fail', 'pass'), 2), 'flaky');
  t.is(settle(tries('error', 'crash'), 2), 'flaky');
  t.is(settle(tries('fail', 'known'), 2), 'flaky');
  t.is(settle(tries('fail', 'fail', 'pass'), 2), 'flaky');
});

test('a run that could not begin is not retried', (t) => {
  t.is(settle([{verdict: 'error', unbegun: 'a'}], 3), 'error');
});
