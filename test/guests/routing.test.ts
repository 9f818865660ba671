// SPDX-License-Identifier: MIT
import './temporary-state.ts';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {type Result, runAll} from '../../src/runner/run-all.ts';
import {selectKernel} from '../../src/runner/select-kernel.ts';
import {listScenarios} from '../../src/spec/catalog.ts';
import {context, flows, qemu} from './lab.ts';

const copied = ['dst read cmb 32768', 'src write cmb 32768'];
const refused: Expected = {flows: [], ways: []};
const turned: Expected = {flows: copied, ways: ['peer-to-peer sw0']};
const up: Expected = {flows: copied, ways: ['upstream']};

/** What must move, and the ways that it must take. */
interface Expected {
  readonly flows: readonly string[];
  readonly ways: readonly string[];
}

const expected: Readonly<Record<string, Expected>> = {
  'acs/nested-inner-redirects': {
    flows: [...copied, 'src write far 32768'],
    ways: ['upstream', 'peer-to-peer outer'],
  },
  'acs/nested-outer-redirects': {flows: copied, ways: ['peer-to-peer inner']},
  'acs/offset-redirect-refused': refused,
  'acs/switch-client-redirects': {flows: ['dst write cmb 32768'], ways: ['peer-to-peer sw0']},
  'acs/switch-completion-redirect': refused,
  'acs/switch-peer-redirects': turned,
  'acs/switch-redirect-refused': refused,
  'acs/switch-redirect-through-host-bridge': up,
  'acs/switch-vtd-redirects': refused,
  'acs/switch-vtd-through-host-bridge': up,
  'acs/vtd-no-redirect': {flows: copied, ways: ['peer-to-peer rp0']},
  'iommu/amd-vi-below-switch': turned,
  'iommu/below-switch': turned,
  'iommu/virtio-below-switch': turned,
  'smmuv3/below-switch': turned,
};

async function run(names: readonly string[], on: string): Promise<readonly Result[]> {
  const entries = listScenarios(labRoot).filter(({name}) => names.includes(name));
  return runAll(
    {entries, kernel: selectKernel('baseline'), qemu: on, jobs: 2, keep: false},
    {result: () => undefined},
    context,
  );
}

function waysOf({steps}: Result): readonly string[] {
  const ways = steps.flatMap(({ledger}) => ledger).map(({route, by}) => [route, by].join(' ').trim());
  return [...new Set(ways)];
}

test.serial('a request goes the way that the tree and its ACS give it, whatever an IOMMU does', async (t) => {
  t.timeout(1_800_000, 'building the kernels and QEMU, or a boot for each scenario');
  const results = await run(Object.keys(expected), qemu);
  t.deepEqual(
    results.map(({scenario}) => scenario),
    Object.keys(expected),
  );
  for (const result of results) {
    t.is(result.verdict, 'pass', `${result.scenario}: ${result.reason}`);
    t.regex(result.qemu, /^routed /);
    t.deepEqual(flows(result), expected[result.scenario]?.flows, result.scenario);
    t.deepEqual(waysOf(result), expected[result.scenario]?.ways, result.scenario);
  }
  const turning = results.find(({scenario}) => scenario === 'iommu/below-switch');
  const drawn = await readFile(path.join(turning?.bundle ?? '', 'paths.txt'), 'utf8');
  t.regex(drawn, /sw0 .*src → cmb turned, dst ← cmb turned$/m);
});

test.serial(
  'once a port redirects, Linux goes by what it remembers: a known issue, reported with what comes of it',
  async (t) => {
    t.timeout(1_800_000, 'building the kernel');
    const results = await run(['known-issues/acs-changed', 'known-issues/acs-changed-behind-vtd'], qemu);
    t.deepEqual(
      results.map(({verdict, knownIssue}) => `${verdict} ${knownIssue ?? ''}`),
      ['fail map-type-fresh', 'fail map-type-fresh'],
    );
    const lost = results.find(({scenario}) => scenario.endsWith('behind-vtd'));
    t.deepEqual(lost && flows(lost), ['src write cmb 32768', 'src write unmapped 32768']);
  },
);

test.serial('on a QEMU that does not route, what that is about is skipped with the reason', async (t) => {
  t.timeout(1_800_000, 'building the kernel');
  const names = ['acs/switch-redirect-refused', 'known-issues/acs-changed', 'iommu/below-switch'];
  const results = await run(names, 'stock');
  t.deepEqual(
    results.map(({verdict, reason}) => `${verdict}: ${reason}`),
    [
      'skip: port sw0.0 has no ACS in this QEMU: take --qemu routed',
      'skip: port sw0.0 has no ACS in this QEMU: take --qemu routed',
      'skip: stock QEMU does not route below the root complex: the IOMMU faults the bus address by which src reaches cmb',
    ],
  );
});
