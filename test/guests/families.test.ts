// SPDX-License-Identifier: MIT
// Every family of scenarios on every machine that can have it: vectors, lists, life cycle, mixed load.
import './temporary-state.ts';
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {runAll} from '../../src/cli/run-all.ts';
import {selectKernel} from '../../src/cli/select-kernel.ts';
import {listScenarios} from '../../src/spec/catalog.ts';
import {context, flows, proofs, qemu} from './lab.ts';
import {vectorFlows} from './vector-flows.ts';

const families = ['vectors', 'lists', 'mappings', 'provider-removed', 'initiator-removed', 'mixed'];

const machines: readonly (readonly [title: string, prefix: string])[] = [
  ['VT-d', 'iommu/vtd-'],
  ['AMD-Vi', 'iommu/amd-vi-'],
  ['virtio-iommu', 'iommu/virtio-'],
  ['an SMMUv3', 'smmuv3/'],
  ['a bus with addresses of its own', 'offset/'],
];

for (const [title, prefix] of machines) {
  test.serial(`vectors, lists, life cycle and mixed load with ${title}`, async (t) => {
    t.timeout(1_800_000, 'building the kernel, or a boot for each scenario');
    const names = families.map((family) => `${prefix}${family}`);
    const entries = listScenarios(labRoot).filter(({name}) => names.includes(name));
    t.true(entries.length >= 4, 'a family is missing');
    const results = await runAll(
      {entries, kernel: selectKernel('baseline'), qemu, jobs: 1, seconds: 3, keep: false},
      {result: () => undefined},
      context,
    );
    for (const result of results) {
      t.is(result.verdict, 'pass', `${result.scenario}: ${result.reason} (${result.bundle})`);
      t.true(proofs(result).length > 0, result.scenario);
      // The same steps move the same bytes to the same places, whatever the addresses are.
      if (result.scenario.endsWith('vectors') && prefix !== 'smmuv3/')
        t.deepEqual(flows(result), vectorFlows, result.scenario);
    }
  });
}
