// SPDX-License-Identifier: MIT
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import type {Check} from '../../src/verdict/check.ts';
import {judge} from '../../src/verdict/judge.ts';

const proof: Check = {name: 'ledger', ok: true, witness: 'host', detail: 'src wrote 64KiB to cmb.'};
const word: Check = {name: 'guest', ok: true, witness: 'guest', detail: 'the guest reports success.'};
const wrong: Check = {name: 'placement', ok: false, witness: 'host', detail: 'elsewhere.'};

test('each verdict, and the cause in its first line', (t) => {
  t.deepEqual(judge({errors: [], checks: [word, proof]}), {verdict: 'pass', reason: proof.detail});
  t.deepEqual(judge({errors: [], checks: [proof, wrong]}), {
    verdict: 'fail',
    reason: 'placement: elsewhere.',
  });
  t.deepEqual(judge({errors: ['a gap', 'another'], checks: []}), {verdict: 'error', reason: 'a gap'});
  t.deepEqual(judge({crash: 'panic: x', errors: [], checks: []}), {verdict: 'crash', reason: 'panic: x'});
  t.deepEqual(judge({skip: 'no igb', errors: [], checks: []}), {verdict: 'skip', reason: 'no igb'});
});

test("a guest's word alone proves nothing", (t) => {
  t.is(judge({errors: [], checks: []}).verdict, 'error');
  t.is(judge({errors: [], checks: [word, word]}).verdict, 'error');
});

const check: fc.Arbitrary<Check> = fc.record({
  name: fc.constantFrom('ledger', 'guest', 'disk dst'),
  ok: fc.boolean(),
  witness: fc.constantFrom('host', 'guest'),
  detail: fc.string(),
});
const findings = fc.record({
  skip: fc.option(fc.string(), {nil: undefined}),
  crash: fc.option(fc.string(), {nil: undefined}),
  errors: fc.array(fc.string(), {maxLength: 2}),
  checks: fc.array(check, {maxLength: 5}),
});

testProp(
  'nothing passes that is not proven, whole and right',
  [findings],
  (t, {skip, crash, errors, checks}) => {
    const {verdict} = judge({skip, crash, errors, checks});
    const right = checks.every(({ok}) => ok);
    const proven = checks.some(({witness}) => witness === 'host');
    t.is(
      verdict === 'pass',
      skip === undefined && crash === undefined && errors.length === 0 && right && proven,
    );
    // What says nothing of the kernel is not held against it, and what it did is not blamed on the lab.
    if (verdict === 'fail') t.true(errors.length === 0 && !right);
    if (skip === undefined) t.is(verdict === 'crash', crash !== undefined);
    if (skip !== undefined) t.is(verdict, 'skip');
  },
);
