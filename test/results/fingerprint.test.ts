// SPDX-License-Identifier: MIT
import {judged, told} from '../helpers/findings.ts';
import type {CheckName} from '../../src/spec/check-names.ts';
import type {Finding} from '../../src/verdict/finding.ts';
import test from 'ava';
import {fingerprintOf} from '../../src/results/fingerprint.ts';

const kind = (reason: string, verdict: 'fail' | 'crash' = 'fail') =>
  fingerprintOf({verdict, reason, finding: told(reason)})?.key;

test('failures that differ in addresses, numbers and devices’ places alone are of one kind', (t) => {
  t.is(kind('src wrote 64 KiB to 0xfc010000'), kind('src wrote 64 KiB to 0xfe000000'));
  t.is(kind('0000:03:00.0 asked for 4096 bytes'), kind('0000:04:00.1 asked for 512 bytes'));
  t.is(
    kind('Oops: general protection fault, CPU: 0 PID: 71 Comm', 'crash'),
    kind('Oops: general protection fault, CPU: 1 PID: 123 Comm', 'crash'),
  );
  t.is(
    kind('BUG: unable to handle page at pci_p2pdma_map_segment+0x1c/0x90', 'crash'),
    kind('BUG: unable to handle page at pci_p2pdma_map_segment+0x20/0xa0', 'crash'),
  );
});

test('other words, or another verdict, are another kind', (t) => {
  t.not(kind('src wrote to cmb'), kind('src wrote to host-memory'));
  t.not(kind('it hangs'), kind('it hangs', 'crash'));
});

const crash = (title: string, trace: readonly string[], reason = title) =>
  fingerprintOf({
    verdict: 'crash',
    reason,
    finding: told(reason),
    report: {kind: 'oops', title, function: trace[0] ?? '', trace, decoded: []},
  });

test('a crash is known by what the kernel reports, in which function, and how it came there', (t) => {
  const trace = ['pci_p2pdma_map_segment', 'dma_direct_map_sg', 'nvme_map_data'];
  const title = 'BUG: unable to handle page fault in pci_p2pdma_map_segment';
  const one = crash(title, trace, `oops: ${title} (drivers/pci/p2pdma.c:1034)`);
  t.is(one?.key, crash(title, trace, `oops: ${title} (drivers/pci/p2pdma.c:1040)`)?.key);
  t.is(one?.title, title);
  t.not(one?.key, crash(title, trace.with(1, 'iommu_dma_map_sg'))?.key);
  t.not(one?.key, crash('general protection fault in pci_p2pdma_map_segment', trace)?.key);
});

test('what did not fail is of no kind, and a hostile reason is one line', (t) => {
  t.is(fingerprintOf({verdict: 'pass', reason: 'all', finding: told('all')}), undefined);
  t.is(fingerprintOf({verdict: 'skip', reason: 'none', finding: told('none')}), undefined);
  const {title = ''} = fingerprintOf({...judged('fail', `a\n\u001b[2J${'x'.repeat(5000)}`)}) ?? {};
  t.regex(title, /^a \[\dJ?|^a \[NJx/);
  t.true(title.length <= 300);
});

test('a failure is known by its code, its subject and its parameters, not by its sentence', (t) => {
  const key = (finding: Finding, reason: string, check: CheckName = 'ledger') =>
    fingerprintOf({verdict: 'fail', reason, finding, check})?.key;
  const moved = (target: string, bytes: number): Finding => {
    const flow = {initiator: 'src', direction: 'write', target, bytes} as const;
    return {code: 'ledger-differs', parameters: {moved: [flow], expected: []}};
  };
  t.is(key(moved('cmb', 4096), 'one sentence'), key(moved('cmb', 8192), 'another sentence'));
  t.not(key(moved('cmb', 4096), 'same'), key(moved('unmapped', 4096), 'same'));
  t.not(key(moved('cmb', 4096), 'same'), key(moved('cmb', 4096), 'same', 'expectation'));
});
