// SPDX-License-Identifier: MIT
import test from 'ava';
import {withNewNames} from '../../src/results/renames.ts';

test('a result of an older p2plab is read under the names of this one', (t) => {
  const old = {
    ...{
      scenario: 'gaps/acs-changed',
      topology: 'acs/written',
      lane: 'counted',
      gap: 'map-page',
      independent: true,
    },
    steps: [
      {
        ...{title: 't', verb: 'survey', gap: 'map-page'},
        ledger: [
          {initiator: 'nic', target: 'nowhere', way: 'turned', by: 'sw0'},
          {initiator: 'nic', target: 'cmb', way: 'up'},
        ],
      },
    ],
  };
  t.deepEqual(withNewNames(old), {
    scenario: 'known-issues/acs-changed',
    topology: 'acs/written',
    variant: 'instruction-count',
    knownIssue: 'map-page',
    continueOnFailure: true,
    steps: [
      {
        ...{title: 't', verb: 'map-matrix', knownIssue: 'map-page'},
        ledger: [
          {initiator: 'nic', target: 'unmapped', route: 'peer-to-peer', by: 'sw0'},
          {initiator: 'nic', target: 'cmb', route: 'upstream'},
        ],
      },
    ],
  });
});

test('what has its new names, and what is no result, stays as it is', (t) => {
  const now = {scenario: 'a', variant: 'plain', lane: 'x', steps: [{verb: 'copy', ledger: []}]};
  t.deepEqual(withNewNames(now), {scenario: 'a', variant: 'plain', steps: [{verb: 'copy', ledger: []}]});
  for (const other of [undefined, null, 1, 'text', [1], {steps: 7}, {steps: [7]}])
    t.deepEqual(withNewNames(other), other);
});
