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

/** Where plain Linux maps a NIC's page of a peer wrongly, which a mixed load does beside all else. */
const withKnownIssue = ['smmuv3/mixed', 'offset/mixed'];

/** virt has no display whose memory it could give, so that the vectors there are others. */
const withoutDisplay = ['smmuv3/vectors'];

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
    t.deepEqual(entries.map(({name}) => name).toSorted(), names.toSorted(), 'a family is missing');
    const results = await runAll(
      {entries, kernel: selectKernel('baseline'), qemu, jobs: 1, seconds: 3, keep: false},
      {result: () => undefined},
      context,
    );
    for (const result of results) {
      const {verdict, knownIssue} = result;
      const said = `${result.scenario}: ${result.reason} (${result.bundle})`;
      // Everything else is as it must be, or it were no known issue.
      if (withKnownIssue.includes(result.scenario))
        t.deepEqual([verdict, knownIssue], ['fail', 'map-page'], said);
      else t.is(verdict, 'pass', said);
      t.true(proofs(result).length > 0, result.scenario);
      // The same steps move the same bytes to the same places, whatever the addresses are.
      if (result.scenario.endsWith('vectors') && !withoutDisplay.includes(result.scenario))
        t.deepEqual(flows(result), vectorFlows, result.scenario);
    }
  });
}
