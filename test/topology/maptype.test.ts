// SPDX-License-Identifier: MIT
import {testProp} from '@fast-check/ava';
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {commonAncestor} from '../../src/topology/distance.ts';
import {hostAddress, mapping} from '../../src/topology/maptype.ts';
import {findNode, type Topology} from '../../src/topology/model.ts';
import {loadTopology} from '../../src/topology/plan-topology.ts';
import {platformOf} from '../../src/devices/machines/registry.ts';
import {unmodelled} from '../../src/topology/unmodelled.ts';
import {plan, topologyWithFunctions} from './arbitrary.ts';
import {everything} from './recorded.ts';

const pair = {provider: 'cmb', client: 'src'};
const lab = (name: string) => loadTopology(labRoot, name);
const onCpu = (cpu: string, vendor?: string) =>
  plan({
    description: 'x',
    cpu,
    ...(vendor !== undefined && {'cpu-vendor': vendor}),
    devices: {src: {type: 'nvme'}, cmb: {type: 'nvme'}},
  });

/** The topology with ACS redirection on at some of its ports. */
const redirecting = (topology: Topology, ...ports: string[]): Topology => ({
  ...topology,
  nodes: topology.nodes.map(
    (node) => (ports.includes(node.id) ? {...node, acsRedirect: true} : node) as typeof node,
  ),
});

test('below one switch: by bus address', (t) => {
  t.deepEqual(mapping(lab('nvme-switch'), pair), {
    type: 'bus-addr',
    address: 'bus',
    distance: 4,
    reason: 'sw0 is upstream of both src and cmb',
  });
});

test('below cascaded switches: by bus address', (t) => {
  t.like(mapping(lab('nvme-cascaded'), pair), {type: 'bus-addr', distance: 6});
});

test('a function reaches its own memory', (t) => {
  t.deepEqual(mapping(lab('nvme-root-ports'), {provider: 'cmb', client: 'cmb'}), {
    type: 'bus-addr',
    address: 'bus',
    distance: 0,
    reason: 'cmb reaches its own memory',
  });
});

test('across root ports of q35: not supported', (t) => {
  t.deepEqual(mapping(lab('nvme-root-ports'), pair), {
    type: 'not-supported',
    distance: 4,
    reason:
      "no bridge is upstream of both src and cmb, and host bridge 8086:29c0 is not on Linux' p2pdma whitelist",
  });
});

test('across root ports of a Zen: through the host bridge', (t) => {
  t.deepEqual(mapping(lab('nvme-root-ports-epyc'), pair), {
    type: 'thru-host-bridge',
    address: 'physical',
    distance: 4,
    reason:
      'no bridge is upstream of both src and cmb, but Linux allows peer-to-peer DMA through an AMD Zen host bridge',
  });
});

test('across root ports of a trusted host bridge: through it', (t) => {
  const skylake = {
    ...lab('nvme-root-ports'),
    platform: {...platformOf('q35'), hostBridge: {vendor: 0x8086, device: 0x2030}},
  };
  t.like(mapping(skylake, pair), {type: 'thru-host-bridge', distance: 4});
});

test('only AMD CPUs of family 0x17 and newer count as Zen', (t) => {
  const types = (cpu: string, vendor?: string) => mapping(onCpu(cpu, vendor), pair).type;
  t.is(types('EPYC-Milan-v2'), 'thru-host-bridge');
  t.is(types('Dhyana', 'AuthenticAMD'), 'thru-host-bridge');
  t.is(types('Dhyana'), 'not-supported');
  t.is(types('EPYC', 'GenuineIntel'), 'not-supported');
  t.is(types('Opteron_G5', 'AuthenticAMD'), 'not-supported');
});

test('ACS redirection on the way sends it to the host bridge', (t) => {
  const reason =
    "ACS redirects upstream at sw0.2, and host bridge 8086:29c0 is not on Linux' p2pdma whitelist";
  t.deepEqual(mapping(redirecting(lab('nvme-switch'), 'sw0.2'), pair), {
    type: 'not-supported',
    distance: 4,
    reason,
  });
  t.is(mapping(redirecting(lab('nvme-switch'), 'sw0.0'), pair).type, 'not-supported');
  const epyc = plan({...lab('nvme-switch').spec, cpuVendor: undefined, cpu: 'EPYC'});
  t.is(mapping(redirecting(epyc, 'sw0.0'), pair).type, 'thru-host-bridge');
});

test('ACS redirection at the common port itself counts, above it does not', (t) => {
  t.is(mapping(redirecting(lab('nvme-switch'), 'sw0'), pair).type, 'not-supported');
  t.is(mapping(redirecting(lab('nvme-switch'), 'rp0'), pair).type, 'bus-addr');
  t.is(mapping(redirecting(lab('nvme-switch'), 'sw0.1'), pair).type, 'bus-addr');
});

/** Two drives and a provider in one slot of a root port. */
const oneSlot = (rest: object, port: object = {}) =>
  plan({
    description: 'x',
    ...rest,
    devices: {
      rp0: {type: 'root-port', ...port},
      src: {type: 'nvme', on: 'rp0'},
      cmb: {type: 'nvme', on: 'rp0', function: 1},
    },
  });

test('functions of one slot reach each other below the port, unless it redirects', (t) => {
  t.deepEqual(mapping(oneSlot({}), pair), {
    type: 'bus-addr',
    address: 'bus',
    distance: 2,
    reason: 'rp0 is upstream of both src and cmb',
  });
  t.like(mapping(oneSlot({}, {acs: 'redirect'}), pair), {type: 'not-supported', distance: 2});
  t.like(mapping(oneSlot({cpu: 'EPYC'}, {acs: 'redirect'}), pair), {
    type: 'thru-host-bridge',
    address: 'physical',
  });
});

test('for an IOMMU that it uses Linux has ports redirect, unless told otherwise', (t) => {
  const type = (rest: object, port?: object) => mapping(oneSlot(rest, port), pair).type;
  for (const mode of ['passthrough', 'strict', 'lazy']) {
    t.is(type({iommu: 'intel', 'iommu-mode': mode}), 'not-supported');
    t.is(type({iommu: 'intel', 'iommu-mode': mode}, {acs: 'no-redirect'}), 'bus-addr');
    t.is(type({iommu: 'intel', 'iommu-mode': mode}, {acs: 'xxxx0xx'}), 'bus-addr');
  }
  t.is(type({iommu: 'intel', 'iommu-mode': 'off'}), 'bus-addr');
  // Their tables are enough: the command line comes too late.
  t.is(type({iommu: 'amd', 'iommu-mode': 'off'}), 'not-supported');
  t.is(type({iommu: 'virtio', 'iommu-mode': 'passthrough'}), 'not-supported');
});

test('an IOMMU that translates gives IOVAs for all that is behind the root complex', (t) => {
  const address = (mode: string) => {
    const topology = plan({description: 'x', cpu: 'EPYC', iommu: 'intel', 'iommu-mode': mode, devices});
    return [mapping(topology, pair).address, hostAddress(topology)];
  };
  const devices = {src: {type: 'nvme'}, cmb: {type: 'nvme'}};
  t.deepEqual(address('strict'), ['iova', 'iova']);
  t.deepEqual(address('lazy'), ['iova', 'iova']);
  t.deepEqual(address('passthrough'), ['physical', 'physical']);
  t.deepEqual(address('off'), ['physical', 'physical']);
});

test('stock QEMU cannot show a bus address where an IOMMU translates', (t) => {
  const switched = lab('iommu/vtd-switch');
  t.like(mapping(switched, pair), {type: 'bus-addr', address: 'bus'});
  t.deepEqual(unmodelled(switched, pair), {
    code: 'not-routed',
    subject: 'src',
    parameters: {provider: 'cmb'},
  });
  t.is(unmodelled(switched, {provider: 'cmb', client: 'cmb'}), undefined);
  t.is(unmodelled(lab('nvme-switch'), pair), undefined);
  t.is(unmodelled(lab('iommu/vtd-strict'), pair), undefined);
  t.is(unmodelled(lab('acs/vtd-no-redirect'), pair), undefined);
});

test("where memory lies between a machine's BARs, some of them are nobody's to reach", (t) => {
  const virt = lab('pairs/smmuv3-passthrough');
  t.is(unmodelled(virt, {provider: 'display', client: 'src'})?.code, 'no-struct-page');
  t.is(unmodelled(virt, {provider: 'cmb', client: 'old'})?.code, 'bar-beyond-mask');
  t.is(unmodelled(virt, {provider: 'cmb', client: 'nic'}), undefined);
  t.is(unmodelled(lab('pairs/offset-identity'), {provider: 'display', client: 'old'}), undefined);
});

testProp(
  'a pair maps alike in both directions; by bus address if and only if a bridge is upstream of both that does not redirect',
  [topologyWithFunctions(2)],
  (t, {topology, ids: [a = '', b = '']}) => {
    const {type, address} = mapping(topology, {provider: a, client: b});
    t.like(mapping(topology, {provider: b, client: a}), {type, address});
    const common = findNode(topology, commonAncestor(topology, a, b) ?? '');
    // Of all ports only a root port can redirect, and there is none on the way but where it ends.
    const redirected = common?.kind === 'root-port' && common.acsRedirect;
    t.is(type === 'bus-addr', common !== undefined && !redirected);
    t.is(type === 'not-supported', type !== 'bus-addr' && topology.spec.cpuVendor === 'GenuineIntel');
    t.is(address === undefined, type === 'not-supported');
    t.is(address === 'bus', type === 'bus-addr');
    t.is(address === 'iova', type === 'thru-host-bridge' && topology.translated);
    t.is(
      unmodelled(topology, {provider: a, client: b}) !== undefined,
      type === 'bus-addr' && topology.translated && a !== b,
    );
  },
);

for (const cpu of ['nehalem', 'epyc-rome'] as const) {
  test(`Linux 6.12 supports the same pairs (recorded on ${cpu})`, (t) => {
    const {topology, recorded} = everything(cpu);
    t.true(recorded.distances.some(({distance}) => distance === -1) === (cpu === 'nehalem'));
    for (const {provider, client, distance} of recorded.distances) {
      const {type} = mapping(topology, {provider, client});
      t.is(type === 'not-supported', distance === -1, `${client} to ${provider}`);
    }
  });
}
