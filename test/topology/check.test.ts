// SPDX-License-Identifier: MIT
import {testProp} from '@fast-check/ava';
import test from 'ava';
import fc from 'fast-check';
import {checkAgainstGuest, checkAgainstQemu} from '../../src/topology/check.ts';
import {formatIdentity, identityOf} from '../../src/topology/identity.ts';
import {findNode, type Topology} from '../../src/topology/model.ts';
import {topology as anyTopology} from './arbitrary.ts';
import {everything} from './recorded.ts';

/** What a guest prints that sees exactly this topology. */
function guestTree(
  topology: Topology,
): {bdf: string; parent: string | null; vendor: string; device: string}[] {
  const nodes = topology.nodes.map((node) => {
    const [vendor = '', device = ''] = formatIdentity(identityOf(node)).split(':');
    const parent = node.parent === null ? null : (findNode(topology, node.parent)?.bdf ?? '');
    return {bdf: node.bdf, parent, vendor: `0x${vendor}`, device: `0x${device}`};
  });
  return [{bdf: '0000:00:00.0', parent: null, vendor: '0x8086', device: '0x29c0'}, ...nodes];
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

test('a guest that lacks a function, or has one more', (t) => {
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
