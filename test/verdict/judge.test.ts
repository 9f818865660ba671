// SPDX-License-Identifier: MIT
import {checked, judged, told} from '../helpers/findings.ts';
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import type {Check} from '../../src/verdict/check.ts';
import type {Verdict} from '../../src/base/verdict.ts';
import {judge, judgeCommand, type JudgedStep, judgeRun} from '../../src/verdict/judge.ts';

const proof = checked('ledger', true, 'host', 'src wrote 64 KiB to cmb');
const word = checked('guest', true, 'guest', 'the guest reported success');
const wrong = checked('placement', false, 'host', 'elsewhere');
const crash = {code: 'crash', parameters: {kind: 'panic', title: 'x'}} as const;

test('each verdict, and the cause in its first line', (t) => {
  t.like(judge({errors: [], checks: [word, proof]}), {verdict: 'pass', reason: proof.detail});
  t.deepEqual(judge({errors: [], checks: [proof, wrong]}), {
    ...judged('fail', 'placement: elsewhere'),
    finding: told('elsewhere'),
    check: 'placement',
  });
  t.deepEqual(judge({errors: [told('a gap'), told('another')], checks: []}), judged('error', 'a gap'));
  t.deepEqual(judge({crash, errors: [], checks: []}), {...judged('crash', 'panic: x'), finding: crash});
  t.deepEqual(judge({skip: told('no igb'), errors: [], checks: []}), judged('skip', 'no igb'));
});

test("a guest's word alone proves nothing", (t) => {
  t.is(judge({errors: [], checks: []}).verdict, 'error');
  t.is(judge({errors: [], checks: [word, word]}).verdict, 'error');
});

const check: fc.Arbitrary<Check> = fc.record({
  name: fc.constantFrom('ledger', 'guest', 'disk'),
  ok: fc.boolean(),
  witness: fc.constantFrom('host', 'guest'),
  finding: fc.string().map(told),
  detail: fc.string(),
});
const findings = fc.record({
  skip: fc.option(fc.string().map(told), {nil: undefined}),
  crash: fc.option(fc.constant(crash), {nil: undefined}),
  errors: fc.array(fc.string().map(told), {maxLength: 2}),
  checks: fc.array(check, {maxLength: 5}),
});

testProp(
  'nothing passes that is not proven, whole and right',
  [findings],
  (t, {skip, crash: reported, errors, checks}) => {
    const {verdict} = judge({skip, crash: reported, errors, checks});
    const right = checks.every(({ok}) => ok);
    const proven = checks.some(({witness}) => witness === 'host');
    t.is(
      verdict === 'pass',
      skip === undefined && reported === undefined && errors.length === 0 && right && proven,
    );
    // What says nothing of the kernel is not held against it, and what it did is not blamed on the lab.
    if (verdict === 'fail') t.true(errors.length === 0 && !right);
    if (skip === undefined) t.is(verdict === 'crash', reported !== undefined);
    if (skip !== undefined) t.is(verdict, 'skip');
  },
);

test('a step that moves nothing has nothing to prove', (t) => {
  t.is(judgeCommand({errors: [], checks: [word]}).verdict, 'pass');
  t.is(judgeCommand({errors: [], checks: []}).verdict, 'pass');
  t.is(judgeCommand({errors: [], checks: [word, wrong]}).verdict, 'fail');
  t.is(judgeCommand({errors: [told('it does not load')], checks: [wrong]}).verdict, 'error');
});

const step = (verdict: Verdict, more: Partial<JudgedStep> = {}): JudgedStep => {
  const checks = verdict === 'pass' ? [proof] : [];
  return {title: `a ${verdict}`, ...judged(verdict, `because ${verdict}`), checks, ...more};
};
const nothing = {errors: []};

test('steps judged by themselves: the worst decides, and is named', (t) => {
  const verdict = (...steps: readonly JudgedStep[]) => judgeRun(nothing, steps, true);
  t.like(verdict(step('skip'), step('pass')), {verdict: 'pass', reason: proof.detail});
  t.like(verdict(step('pass'), step('error'), step('fail'), step('fail')), {
    verdict: 'fail',
    reason: 'a fail: because fail (and 1 more)',
  });
  t.is(verdict(step('error'), step('pass')).verdict, 'error');
  t.is(verdict(step('fail'), step('crash')).verdict, 'crash');
});

test('steps of one story: the one that ended it gives the cause', (t) => {
  t.like(judgeRun(nothing, [step('pass'), step('fail')], false), {
    verdict: 'fail',
    reason: 'because fail',
  });
});

test('a run in which nothing is proven is an error; one in which all was left out is left out', (t) => {
  t.is(judgeRun(nothing, [], true).verdict, 'error');
  t.is(judgeRun(nothing, [step('pass', {checks: [word]})], true).verdict, 'error');
  t.like(judgeRun(nothing, [step('pass', {checks: [word]}), step('skip')], true), {
    verdict: 'skip',
    reason: 'because skip',
  });
});

test('what was found out about the whole run comes first', (t) => {
  t.is(judgeRun({errors: [told('another tree')], crash}, [step('pass')], true).verdict, 'crash');
  t.is(judgeRun({errors: [told('another tree')]}, [step('fail')], true).verdict, 'error');
  t.is(judgeRun({errors: [], skip: told('no igb')}, [step('skip')], true).verdict, 'skip');
});

test('a run is a known issue only if known issues explain all that is wrong in it', (t) => {
  const known = step('fail', {knownIssue: 'map-page'});
  t.is(judgeRun(nothing, [known, step('pass'), step('skip')], true).knownIssue, 'map-page');
  t.is(judgeRun(nothing, [known, step('fail')], true).knownIssue, undefined);
  t.is(judgeRun(nothing, [known, step('error')], true).knownIssue, undefined);
  t.is(judgeRun(nothing, [step('pass')], true).knownIssue, undefined);
});
