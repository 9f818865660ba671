// SPDX-License-Identifier: MIT
import {stripVTControlCharacters} from 'node:util';
import test from 'ava';
import {explanation, summary} from '../../src/results/describe.ts';
import {knownCrash, results, sweep} from './results.ts';

test('a run of steps that are judged by themselves: a line each, and where the evidence is', (t) => {
  t.deepEqual(explanation(sweep).map(stripVTControlCharacters), [
    '  pass   copy src → cmb  src wrote 64 KiB to cmb.',
    '  fail   transmit        known issue map-page: nic0 read 16 KiB from cmb, which had to be refused: no bridge is above both.',
    '  skip   igb             QEMU does not trace it',
    '  error  lost            the ledger has gaps',
    '  evidence: /var/lib/p2plab/runs/fail',
  ]);
});

test('what a scenario adds to the kernel command line is shown before all else', (t) => {
  const lines = explanation({...sweep, kernelArguments: ['iommu.forcedac=1', 'pci=noats']});
  t.is(lines[0], '  kernel arguments: iommu.forcedac=1 pci=noats');
  t.deepEqual(lines.slice(1), explanation(sweep));
});

test('known issues are counted among the failures', (t) => {
  t.is(summary(results), '5 runs: 1 pass, 1 fail, 1 crash, 1 error, 1 skip');
  t.is(summary([sweep]), '1 run: 1 fail (1 by a known issue)');
  t.is(
    summary([...results, sweep, sweep]),
    '7 runs: 1 pass, 3 fail (2 by known issues), 1 crash, 1 error, 1 skip',
  );
});

test('a crash by a known issue is counted among the crashes, and not among the failures', (t) => {
  t.is(summary([knownCrash]), '1 run: 1 crash (1 by a known issue)');
  t.is(
    summary([...results, sweep, knownCrash, knownCrash]),
    '8 runs: 1 pass, 2 fail (1 by a known issue), 3 crash (2 by known issues), 1 error, 1 skip',
  );
});
