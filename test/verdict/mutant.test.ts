// SPDX-License-Identifier: MIT
import test from 'ava';
import type {Check} from '../../src/verdict/check.ts';
import {compareWithControl, type Judged} from '../../src/verdict/mutant.ts';

const check = (name: string, ok: boolean): Check => ({
  name,
  ok,
  witness: 'host',
  detail: ok ? 'fine.' : 'wrong.',
});

const judged = (verdict: Judged['verdict'], reason: string, ...checks: Check[]): Judged => ({
  verdict,
  reason,
  steps: [{title: 'copy', checks}],
});

const sound = judged('pass', 'fine.', check('ledger', true), check('disk dst', true));

test('caught by the evidence that was declared', (t) => {
  const broken = judged('fail', 'ledger: wrong.', check('ledger', false), check('disk dst', false));
  t.deepEqual(compareWithControl(broken, sound, ['ledger', 'disk']), {
    outcome: 'killed',
    evidence: ['ledger', 'disk'],
    reason: 'ledger: wrong.',
  });
});

test('caught by other evidence than was declared', (t) => {
  const broken = judged('fail', 'disk dst: wrong.', check('ledger', true), check('disk dst', false));
  t.deepEqual(compareWithControl(broken, sound, ['ledger']), {
    outcome: 'killed by other evidence',
    evidence: ['disk'],
    reason: 'not by ledger, as declared: disk dst: wrong.',
  });
});

test('a crash is evidence by its kind', (t) => {
  const broken = judged('crash', 'lockdep: BUG: sleeping function called', check('ledger', true));
  t.deepEqual(compareWithControl(broken, sound, ['lockdep']).evidence, ['crash', 'lockdep']);
  t.is(compareWithControl(broken, sound, ['crash']).outcome, 'killed');
  t.is(compareWithControl(broken, sound, ['hang']).outcome, 'killed by other evidence');
});

test('one that nothing speaks against has survived', (t) => {
  t.is(compareWithControl(sound, sound, ['ledger']).outcome, 'survived');
});

test('what speaks against the kernel without the mutant, too, is no evidence', (t) => {
  const knownIssue = judged('fail', 'ledger: wrong.', check('ledger', false));
  t.is(compareWithControl(knownIssue, knownIssue, ['ledger']).outcome, 'survived');
  const more = judged('fail', 'ledger: wrong.', check('ledger', false), check('disk dst', false));
  t.deepEqual(compareWithControl(more, knownIssue, ['disk']).evidence, ['disk']);
});

test('a kernel that makes another machine of it is killed by the tree', (t) => {
  const broken = judged('error', 'the machine is not the declared one: rp0 must have ACS');
  t.is(compareWithControl(broken, sound, ['tree']).outcome, 'killed');
  t.is(compareWithControl(broken, sound, ['ledger']).outcome, 'killed by other evidence');
});

test('where the lab cannot say, a mutant is neither', (t) => {
  const lost = judged('error', 'QEMU does not start');
  t.is(compareWithControl(lost, sound, ['ledger']).outcome, 'inconclusive');
  t.is(compareWithControl(sound, lost, ['ledger']).outcome, 'inconclusive');
  t.is(
    compareWithControl(judged('crash', 'oops: x'), judged('crash', 'oops: x'), ['oops']).outcome,
    'inconclusive',
  );
  t.is(
    compareWithControl(judged('skip', 'no igb'), judged('skip', 'no igb'), ['ledger']).outcome,
    'inconclusive',
  );
});
