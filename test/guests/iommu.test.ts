// SPDX-License-Identifier: MIT
import './temporary-state.ts';
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {runAll} from '../../src/runner/run-all.ts';
import {selectKernel} from '../../src/runner/select-kernel.ts';
import {listScenarios} from '../../src/spec/catalog.ts';
import type {LedgerEntry} from '../../src/evidence/ledger.ts';
import {context, flows, proofs, qemu} from './lab.ts';

/** What must come of a scenario, and what a device is given: an address that the IOMMU translates, or not. */
interface Expected {
  readonly flows: readonly string[];
  readonly translated: boolean;
  /** How many checks the host makes of the IOMMU. */
  readonly iommuChecks: number;
}

/** A copy by way of a CMB, one by way of host memory, and frames from the CMB with headers in host memory. */
const moved = [
  'dst read cmb 65536',
  'dst read host-memory 65536',
  'nic0 read cmb 16384',
  'nic0 read host-memory 288',
  'src write cmb 81920',
  'src write host-memory 65536',
];
const translating: Expected = {flows: moved, translated: true, iommuChecks: 3};
const copied = ['dst read cmb 32768', 'src write cmb 32768'];

/** Those that are run here; the others differ in a mode only, and `p2plab run` runs them. */
const expected: Readonly<Record<string, Expected>> = {
  'acs/redirect-refused': {flows: [], translated: false, iommuChecks: 0},
  'acs/redirect-through-host-bridge': {flows: copied, translated: false, iommuChecks: 0},
  'acs/vtd-no-redirect': {flows: copied, translated: false, iommuChecks: 1},
  'acs/vtd-redirects': {flows: [], translated: false, iommuChecks: 0},
  'iommu/amd-vi-strict': translating,
  'iommu/swiotlb': {
    flows: [
      'dst read cmb 32768',
      'dst read host-memory 65536',
      'src write cmb 32768',
      'src write host-memory 65536',
    ],
    translated: false,
    iommuChecks: 0,
  },
  'iommu/virtio-strict': translating,
  'iommu/vtd-passthrough': {...translating, translated: false},
  'iommu/vtd-refused': {
    flows: ['dst read host-memory 16384', 'src write host-memory 16384'],
    translated: true,
    iommuChecks: 1,
  },
  'iommu/vtd-strict': translating,
};

test.serial('behind each IOMMU, and with ACS on, the bytes go where they must', async (t) => {
  t.timeout(1_800_000, 'building the kernel, or a boot for each scenario');
  const entries = listScenarios(labRoot).filter(({name}) => name in expected);
  const results = await runAll(
    {entries, kernel: selectKernel('baseline'), qemu, jobs: 2, keep: false},
    {result: () => undefined},
    context,
  );
  t.deepEqual(
    results.map(({scenario}) => scenario),
    Object.keys(expected),
  );
  for (const result of results) {
    const wanted = expected[result.scenario] ?? {flows: [], translated: false, iommuChecks: 0};
    const ledger = result.steps.flatMap((step) => step.ledger);
    t.is(result.verdict, 'pass', `${result.scenario}: ${result.reason}`);
    t.deepEqual(flows(result), wanted.flows, result.scenario);
    t.is(proofs(result).filter((name) => name === 'iommu').length, wanted.iommuChecks, result.scenario);
    if (wanted.translated) t.true(ledger.every(isTranslated), result.scenario);
    else t.false(ledger.some(isTranslated), result.scenario);
  }
});

test.serial('an IOMMU in strict mode blocks what was unmapped', async (t) => {
  t.timeout(1_800_000, 'building the kernels, or a boot for each scenario');
  const results = await runAll(
    {
      entries: listScenarios(labRoot).filter(({name}) => name.startsWith('strict/')),
      kernel: selectKernel('baseline'),
      qemu,
      jobs: 2,
      keep: false,
    },
    {result: () => undefined},
    context,
  );
  t.is(results.length, 4);
  for (const {scenario, verdict, reason, steps} of results) {
    t.is(verdict, 'pass', `${scenario}: ${reason}`);
    const ledger = steps.flatMap((step) => step.ledger);
    const blocked = ledger.filter(({faulted}) => faulted === true);
    t.true(blocked.length >= 2, scenario);
    // At the very addresses that were translated a moment before.
    for (const {address} of blocked)
      t.true(
        ledger.some((entry) => entry.address === address && entry.translated !== undefined),
        scenario,
      );
  }
});

function isTranslated({address, translated = address}: LedgerEntry): boolean {
  return translated !== address;
}
