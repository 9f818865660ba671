// SPDX-License-Identifier: MIT
import {testProp} from '@fast-check/ava';
import test from 'ava';
import fc from 'fast-check';
import {checkAgainstGuest, checkAgainstQemu} from '../../src/topology/check.ts';
import {type Identity, identityOf} from '../../src/topology/identity.ts';
import {groupType, iommuIdentity} from '../../src/topology/iommu.ts';
import {findNode, formatBdf, type Topology} from '../../src/topology/model.ts';
import {plan, topology as anyTopology} from './arbitrary.ts';
import {everything} from './recorded.ts';

interface Printed {
  bdf: string;
  parent: string | null;
  vendor: string;
  device: string;
  acs_control?: string | null;
  iommu_group?: string | null;
}

/** What a guest prints that sees exactly this topology. */
function guestTree(topology: Topology): Printed[] {
  const nodes = topology.nodes.map((node): Printed => {
    const parent = node.parent === null ? null : (findNode(topology, node.parent)?.bdf ?? '');
    const seen = {bdf: node.bdf, parent, ...printed(identityOf(node, topology.platform))};
    if (node.kind === 'endpoint') return {...seen, iommu_group: groupType(topology.iommu) ?? null};
    return {...seen, acs_control: node.acsControl === undefined ? null : hex(node.acsControl)};
  });
  const iommu = topology.iommu && iommuIdentity(topology.iommu);
  return [
    {bdf: '0000:00:00.0', parent: null, vendor: '0x8086', device: '0x29c0'},
    ...(iommu === undefined
      ? []
      : [{bdf: formatBdf(0, topology.iommu?.slot ?? 0, 0), parent: null, ...printed(iommu)}]),
    ...nodes,
  ];
}

function printed({vendor, device}: Identity): {vendor: string; device: string} {
  return {vendor: hex(vendor), device: hex(device)};
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(4, '0')}`;
}

for (const cpu of ['nehalem', 'epyc-rome'] as const) {
  test(`QEMU and Linux had the declared tree (recorded on ${cpu})`, (t) => {
    const {topology, recorded} = everything(cpu);
    t.deepEqual(checkAgainstQemu(topology, recorded.queryPci), []);
    t.deepEqual(checkAgainstGuest(topology, recorded.guestTree), []);
  });
}

test('another tree is not the declared one', (t) => {
  const {topology, recorded} = everything('nehalem');
  const swapped: unknown = JSON.parse(
    JSON.stringify(recorded.queryPci)
      .replace('"qdev_id":"src"', '"qdev_id":"direct"')
      .replace('"subordinate":8', '"subordinate":9'),
  );
  t.deepEqual(checkAgainstQemu(topology, swapped), [
    '0000:03:00.0 is src; for QEMU it is "direct"',
    'sw1.1 leads to buses 8 to 8; for QEMU to 8 to 9',
  ]);
});

test('a guest that does not have a function, or has one more', (t) => {
  const {topology, recorded} = everything('nehalem');
  const tree = recorded.guestTree.filter(({bdf}) => bdf !== '0000:03:00.0');
  const odd = {bdf: '0000:04:00.0', parent: '0000:02:00.0', vendor: '0x1234', device: '0x11e8'};
  t.deepEqual(checkAgainstGuest(topology, [...tree, {...odd, bdf: '0000:0c:00.0'}]), [
    'src (0000:03:00.0) is missing for the guest',
    'the guest has 1234:11e8 at 0000:0c:00.0, which the topology does not declare',
  ]);
  t.deepEqual(
    checkAgainstGuest(topology, [...recorded.guestTree, odd])[0],
    'the guest has two functions at one address',
  );
});

test('what is no tree is a difference, not a crash', (t) => {
  const {topology} = everything('nehalem');
  for (const nonsense of [null, {}, 'x', [{bdf: '../../etc', parent: null, vendor: '0x1', device: '0x1'}]]) {
    t.deepEqual(checkAgainstGuest(topology, nonsense), ["the guest's tree cannot be read"]);
    t.deepEqual(checkAgainstQemu(topology, nonsense), ["QEMU's answer to query-pci cannot be read"]);
  }
});

test('an IOMMU that is not there, or is and was not declared', (t) => {
  const declared = plan({description: 'x', iommu: 'virtio', devices: {}});
  const without = plan({description: 'x', devices: {}});
  t.deepEqual(checkAgainstGuest(declared, guestTree(without)), [
    'the IOMMU (0000:00:1e.0) is missing for the guest',
  ]);
  t.deepEqual(checkAgainstGuest(without, guestTree(declared)), [
    'the guest has 1af4:1057 at 0000:00:1e.0, which the topology does not declare',
  ]);
});

test('what Linux made of ACS and of the IOMMU must be what it had to', (t) => {
  const topology = plan({
    description: 'x',
    iommu: 'intel',
    devices: {rp0: {type: 'root-port'}, a: {type: 'edu', on: 'rp0'}},
  });
  const tree = guestTree(topology).map((fn) => ({
    ...fn,
    ...(fn.acs_control === '0x001d' && {acs_control: '0x0000'}),
    ...(fn.iommu_group === 'DMA' && {iommu_group: 'identity'}),
  }));
  t.deepEqual(checkAgainstGuest(topology, tree), [
    'rp0 must have ACS SrcValid ReqRedir CmpltRedir UpstreamFwd; for the guest it has ACS off',
    'a must be in an IOMMU group of type DMA; for the guest it is in identity',
  ]);
});

testProp('a guest that sees the topology has no differences', [anyTopology], (t, topology) => {
  t.deepEqual(checkAgainstGuest(topology, guestTree(topology)), []);
});

testProp(
  'any one function changed is seen',
  [anyTopology, fc.nat(), fc.nat(2)],
  (t, topology, which, how) => {
    const tree = guestTree(topology);
    const index = which % tree.length;
    const victim = tree[index];
    if (victim === undefined) return t.fail('no function');
    if (how === 0) tree.splice(index, 1);
    else if (how === 1) victim.device = '0x0bad';
    else if (index === 0) tree.push({bdf: '0000:ff:00.0', parent: null, vendor: '0x1234', device: '0x11e8'});
    else victim.parent = victim.parent === null ? '0000:00:00.0' : null;
    t.not(checkAgainstGuest(topology, tree).length, 0);
  },
);
