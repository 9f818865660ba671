// SPDX-License-Identifier: MIT
import {testProp} from '@fast-check/ava';
import test from 'ava';
import {drawTopology} from '../../src/topology/draw.ts';
import {topology as anyTopology} from './arbitrary.ts';
import {compareGolden} from './golden.ts';
import {everything} from './recorded.ts';

test('a drawing of every type of device', (t) => {
  compareGolden(t, 'everything/drawing.txt', drawTopology(everything('nehalem').topology));
});

testProp('a drawing has a line for every function, in order', [anyTopology], (t, topology) => {
  const lines = drawTopology(topology).trimEnd().split('\n').slice(2);
  t.is(lines.length, topology.nodes.length);
  for (const [index, node] of topology.nodes.entries()) {
    t.regex(lines[index] ?? '', new RegExp(`─ ${node.bdf.slice(5)} ${node.id} `));
  }
});
