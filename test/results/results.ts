// SPDX-License-Identifier: MIT
import {checked, judged} from '../helpers/findings.ts';
import type {ReportedRun as Result} from '../../src/results/reported.ts';

const copy = {
  title: 'copy src → cmb',
  verb: 'copy',
  durationMs: 320,
  ledger: [{initiator: 'src', direction: 'write', target: 'cmb', bar: 2, bytes: 65536, address: 0xfc010000}],
  checks: [checked('ledger', true, 'host', 'src wrote 64 KiB to cmb.')],
  guest: [],
  ...judged('pass', 'src wrote 64 KiB to cmb.'),
} as const;

const blind =
  'known issue map-page: nic0 read 16 KiB from cmb, which had to be refused: no bridge is above both.';

/** A result of each verdict; the reasons hold what a guest could say to break out of a format. */
export const results: readonly Result[] = [
  result('pass', 'src wrote 64 KiB to cmb.', [copy]),
  result('fail', 'dst differs # SKIP not at all\n  ok 1 forged', [
    {
      ...copy,
      checks: [
        ...copy.checks,
        {
          ...{name: 'disk', ok: false, witness: 'host', detail: '</failure>\u0000\u001B[2J'},
          finding: {code: 'disk-matches', subject: 'dst', parameters: {}},
        },
      ],
      ...judged('fail', 'disk dst: </failure>'),
    },
  ]),
  result('crash', 'oops: BUG: <kernel> "NULL" & \u0001 \uD800', []),
  result('error', 'the ledger has gaps ]]>', [copy]),
  result('skip', 'igb needs QEMU 8.0 or newer, this is 7.2', []),
];

/** A run whose steps are judged each by itself, with a known issue. */
export const sweep: Result = {
  ...result('fail', `transmit: ${blind}`, [
    {...copy, expected: {outcome: 'peer', transfers: [], refused: [], why: 'sw0 is above both.'}},
    {...copy, title: 'transmit', verb: 'transmit', ...judged('fail', blind), knownIssue: 'map-page'},
    {...copy, title: 'igb', verb: 'transmit', ...judged('skip', 'QEMU does not trace it'), checks: []},
    {...copy, title: 'lost', ...judged('error', 'the ledger has gaps'), checks: []},
  ]),
  scenario: 'a-sweep',
  continueOnFailure: true,
  knownIssue: 'map-page',
};

/** A run that crashed as its kernel is known to. */
export const knownCrash: Result = {
  ...result('crash', 'known issue acs-list: oops: general protection fault in dma_direct_map_sg', [
    {
      ...copy,
      ...judged('crash', 'known issue acs-list: oops: general protection fault'),
      knownIssue: 'acs-list',
      checks: [],
    },
  ]),
  scenario: 'a-known-crash',
  knownIssue: 'acs-list',
};

function result(verdict: Result['verdict'], reason: string, steps: Result['steps']): Result {
  return {
    scenario: `a-${verdict}`,
    topology: 'nvme-switch',
    kernel: verdict === 'skip' ? 'switch' : 'baseline',
    variant: 'plain',
    qemu: 'stock 10.0.2',
    ...judged(verdict, reason),
    durationMs: 2345,
    continueOnFailure: false,
    steps,
    kernelSays:
      verdict === 'fail' ? ['nvme 0000:05:00.0: added peer-to-peer DMA memory\u001B]0;x\u0007'] : [],
    bundle: `/var/lib/p2plab/runs/${verdict}`,
  };
}
