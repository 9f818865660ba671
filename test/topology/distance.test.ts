// SPDX-License-Identifier: MIT
import {testProp} from '@fast-check/ava';
import test from 'ava';
import {commonAncestor, distance} from '../../src/topology/distance.ts';
import {pathToRoot} from '../../src/topology/model.ts';
import {topologyWithFunctions} from './arbitrary.ts';
import {everything} from './recorded.ts';

const [any2, any3] = [topologyWithFunctions(2), topologyWithFunctions(3)];

testProp('the way there is as long as the way back', [any2], (t, {topology, ids: [a = '', b = '']}) => {
  t.is(distance(topology, a, b), distance(topology, b, a));
  t.is(commonAncestor(topology, a, b), commonAncestor(topology, b, a));
});

testProp('only a function and itself are 0 apart', [any2], (t, {topology, ids: [a = '', b = '']}) => {
  t.is(distance(topology, a, b) === 0, a === b);
});

testProp(
  'the distance goes by way of the common ancestor',
  [any2],
  (t, {topology, ids: [a = '', b = '']}) => {
    const depth = (id: string | undefined) => (id === undefined ? 0 : pathToRoot(topology, id).length);
    const common = commonAncestor(topology, a, b);
    t.is(distance(topology, a, b), depth(a) + depth(b) - 2 * depth(common));
  },
);

testProp(
  'of three common ancestors two are the same',
  [any3],
  (t, {topology, ids: [a = '', b = '', c = '']}) => {
    const ancestors = [
      commonAncestor(topology, a, b),
      commonAncestor(topology, b, c),
      commonAncestor(topology, a, c),
    ];
    t.true(new Set(ancestors).size <= 2);
  },
);

testProp('no detour is shorter', [any3], (t, {topology, ids: [a = '', b = '', c = '']}) => {
  t.true(distance(topology, a, c) <= distance(topology, a, b) + distance(topology, b, c));
});

test('Linux 6.12 counts the same between all endpoints (pci_p2pdma_distance_many, recorded)', (t) => {
  const {topology, recorded} = everything('epyc-rome');
  t.is(recorded.distances.length, 9 * 9);
  for (const {provider, client, distance: counted} of recorded.distances) {
    t.is(distance(topology, provider, client), counted, `${client} to ${provider}`);
  }
});
