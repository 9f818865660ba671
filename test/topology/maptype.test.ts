// SPDX-License-Identifier: MIT
import {testProp} from '@fast-check/ava';
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {commonAncestor} from '../../src/topology/distance.ts';
import {mapping} from '../../src/topology/maptype.ts';
import type {Topology} from '../../src/topology/model.ts';
import {loadTopology} from '../../src/topology/plan.ts';
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
    distance: 4,
    reason: 'sw0 is above both src and cmb.',
  });
});

test('below cascaded switches: by bus address', (t) => {
  t.like(mapping(lab('nvme-cascaded'), pair), {type: 'bus-addr', distance: 6});
});

test('a function reaches its own memory', (t) => {
  t.deepEqual(mapping(lab('nvme-root-ports'), {provider: 'cmb', client: 'cmb'}), {
    type: 'bus-addr',
    distance: 0,
    reason: 'cmb reaches its own memory.',
  });
});

test('across root ports of q35: not supported', (t) => {
  t.deepEqual(mapping(lab('nvme-root-ports'), pair), {
    type: 'not-supported',
    distance: 4,
    reason: 'No bridge is above both src and cmb, and Linux does not trust the host bridge 8086:29c0.',
  });
});

test('across root ports of a Zen: through the host bridge', (t) => {
  t.deepEqual(mapping(lab('nvme-root-ports-epyc'), pair), {
    type: 'thru-host-bridge',
    distance: 4,
    reason:
      'No bridge is above both src and cmb, and the CPU is an AMD of family 0x17 or newer, whose host bridge passes it.',
  });
});

test('across root ports of a trusted host bridge: through it', (t) => {
  const skylake = {...lab('nvme-root-ports'), hostBridge: {vendor: 0x8086, device: 0x2030}};
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
  const reason = 'ACS redirects upstream at sw0.2, and Linux does not trust the host bridge 8086:29c0.';
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

testProp(
  'a pair maps alike in both directions; by bus address if and only if a bridge is above both',
  [topologyWithFunctions(2)],
  (t, {topology, ids: [a = '', b = '']}) => {
    const {type} = mapping(topology, {provider: a, client: b});
    t.is(type, mapping(topology, {provider: b, client: a}).type);
    t.is(type === 'bus-addr', commonAncestor(topology, a, b) !== undefined);
    t.is(type === 'not-supported', type !== 'bus-addr' && topology.spec.cpuVendor === 'GenuineIntel');
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
