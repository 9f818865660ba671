// SPDX-License-Identifier: MIT
import test from 'ava';
import {toJson} from '../../../src/cli/reporters/json.ts';
import {results, sweep} from '../../results/results.ts';

/** What the document's first readers script: it may grow, never shrink. */
const promised = [
  'scenario',
  'topology',
  'kernel',
  'variant',
  'verdict',
  'reason',
  'durationMs',
  'bundle',
  'ledger',
];

test('JSON: what was promised once is there, and a ledger of all steps', (t) => {
  for (const result of [...results, sweep]) {
    const document = JSON.parse(JSON.stringify(toJson(result))) as Record<string, unknown>;
    t.deepEqual(
      promised.filter((key) => !(key in document)),
      [],
    );
  }
  t.like(toJson(sweep), {
    ledger: [
      {initiator: 'src', direction: 'write', target: 'cmb', bytes: 65536, address: 0xfc010000, step: 0},
      {step: 1},
      {step: 2},
      {step: 3},
    ],
  });
});

test('JSON: each step has its own verdict, reason and known issue, and so does the run', (t) => {
  t.like(toJson(sweep), {
    continueOnFailure: true,
    knownIssue: 'map-page',
    steps: [
      {title: 'copy src → cmb', verdict: 'pass', knownIssue: undefined},
      {title: 'transmit', verdict: 'fail', knownIssue: 'map-page'},
      {title: 'igb', verdict: 'skip', reason: 'QEMU does not trace it'},
      {title: 'lost', verdict: 'error'},
    ],
  });
});
