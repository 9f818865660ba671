// SPDX-License-Identifier: MIT
import test from 'ava';
import {markOf, repeatsFor, type Seen, symptomOf} from '../../../src/runner/bisect/symptom.ts';
import type {Verdict} from '../../../src/base/verdict.ts';

const seen = (verdict: Verdict, fingerprint?: string): Seen => ({verdict, reason: verdict, fingerprint});

test('the symptom is the worst that the bad end shows', (t) => {
  t.deepEqual(symptomOf([seen('pass'), seen('fail', 'a')]), {verdict: 'fail', fingerprint: undefined});
  t.deepEqual(symptomOf([seen('fail', 'a'), seen('crash', 'b')]), {verdict: 'crash', fingerprint: 'b'});
  t.is(symptomOf([seen('pass'), seen('error', 'x')]), undefined);
});

test('what a known issue explains is the symptom only if nothing else fails, and no sign of anything else', (t) => {
  const known = {...seen('crash', 'k'), knownIssue: 'acs-list'};
  const symptom = {verdict: 'crash', fingerprint: 'k', knownIssue: 'acs-list'} as const;
  t.deepEqual(symptomOf([known, seen('fail', 'a')]), {verdict: 'fail', fingerprint: undefined});
  t.deepEqual(symptomOf([known]), symptom);
  t.is(markOf([known], symptom).mark, 'bad');
  t.is(
    markOf([{...seen('fail'), knownIssue: 'map-page'}], {verdict: 'fail', fingerprint: undefined}).mark,
    'skip',
  );
});

test('another failure than that which is searched for says nothing', (t) => {
  const fail = {verdict: 'fail', fingerprint: undefined} as const;
  t.is(markOf([seen('fail', 'any')], fail).mark, 'bad');
  t.is(markOf([seen('crash', 'hang')], fail).mark, 'skip');
  t.is(markOf([seen('error')], fail).mark, 'skip');
  t.is(markOf([seen('pass')], fail).mark, 'good');
  t.is(markOf([], fail).mark, 'skip');
  const crash = {verdict: 'crash', fingerprint: 'a'} as const;
  t.is(markOf([seen('crash', 'b')], crash).mark, 'skip');
  t.is(markOf([seen('crash', 'a')], crash).mark, 'bad');
});

test('what flickers is bad if it shows once', (t) => {
  const fail = {verdict: 'fail', fingerprint: undefined} as const;
  t.is(markOf([seen('pass'), seen('pass'), seen('fail')], fail).mark, 'bad');
});

test('the more seldom it shows, the more often what passes is run', (t) => {
  t.is(repeatsFor(3, 3), 1);
  t.is(repeatsFor(2, 3), 3);
  t.is(repeatsFor(1, 3), 8);
  t.true(repeatsFor(0, 3) <= 20);
});
