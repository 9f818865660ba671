// SPDX-License-Identifier: MIT
import {checked, told} from '../helpers/findings.ts';
import type {CheckName} from '../../src/spec/check-names.ts';
import test from 'ava';
import type {Check} from '../../src/verdict/check.ts';
import {compareWithControl, type Judged} from '../../src/verdict/judge-mutant.ts';

const check = (name: CheckName, ok: boolean): Check => checked(name, ok);

const judged = (verdict: Judged['verdict'], reason: string, ...checks: Check[]): Judged => ({
  ...{verdict, reason, finding: told(reason)},
  steps: [{title: 'copy', checks}],
});

const crashed = (kind: string, ...checks: Check[]): Judged => ({
  ...judged('crash', 'x', ...checks),
  finding: {code: 'crash', parameters: {kind, title: 'x'}},
});

const sound = judged('pass', 'fine.', check('ledger', true), check('disk', true));

test('killed by the evidence that was declared', (t) => {
  const broken = judged('fail', 'ledger: wrong', check('ledger', false), check('disk', false));
  t.deepEqual(compareWithControl(broken, sound, ['ledger', 'disk']), {
    outcome: 'killed',
    evidence: ['ledger', 'disk'],
    reason: 'ledger: wrong',
  });
});

test('killed by other evidence than was declared', (t) => {
  const broken = judged('fail', 'disk: wrong', check('ledger', true), check('disk', false));
  t.deepEqual(compareWithControl(broken, sound, ['ledger']), {
    outcome: 'killed by other evidence',
    evidence: ['disk'],
    reason: 'not by ledger, as declared: disk: wrong',
  });
});

test('a crash is evidence by its kind', (t) => {
  const broken = crashed('lockdep', check('ledger', true));
  t.deepEqual(compareWithControl(broken, sound, ['lockdep']).evidence, ['crash', 'lockdep']);
  t.is(compareWithControl(broken, sound, ['crash']).outcome, 'killed');
  t.is(compareWithControl(broken, sound, ['hang']).outcome, 'killed by other evidence');
});

test('one that nothing speaks against has survived', (t) => {
  t.is(compareWithControl(sound, sound, ['ledger']).outcome, 'survived');
});

test('what speaks against the kernel without the mutant, too, is no evidence', (t) => {
  const knownIssue = judged('fail', 'ledger: wrong', check('ledger', false));
  t.is(compareWithControl(knownIssue, knownIssue, ['ledger']).outcome, 'survived');
  const more = judged('fail', 'ledger: wrong', check('ledger', false), check('disk', false));
  t.deepEqual(compareWithControl(more, knownIssue, ['disk']).evidence, ['disk']);
});

test('a kernel that makes another machine of it is killed by the tree', (t) => {
  const difference = 'rp0 must have ACS';
  const broken: Judged = {
    ...judged('error', difference),
    finding: {code: 'topology-differs', parameters: {difference}},
  };
  t.is(compareWithControl(broken, sound, ['tree']).outcome, 'killed');
  t.is(compareWithControl(broken, sound, ['ledger']).outcome, 'killed by other evidence');
});

test('where the lab cannot say, a mutant is neither', (t) => {
  const lost = judged('error', 'QEMU does not start');
  t.is(compareWithControl(lost, sound, ['ledger']).outcome, 'inconclusive');
  t.is(compareWithControl(sound, lost, ['ledger']).outcome, 'inconclusive');
  t.is(compareWithControl(crashed('oops'), crashed('oops'), ['oops']).outcome, 'inconclusive');
  t.is(
    compareWithControl(judged('skip', 'no igb'), judged('skip', 'no igb'), ['ledger']).outcome,
    'inconclusive',
  );
});
