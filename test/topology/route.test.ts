// SPDX-License-Identifier: MIT
import {routeText} from '../../src/verdict/render.ts';
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {type Node, nodeOf, pathToRoot, type Topology} from '../../src/topology/model.ts';
import {type Route, routeOf} from '../../src/topology/route.ts';
import {plan, routedTopology, topologyWithFunctions} from './arbitrary.ts';

/** Two devices below the inner of two switches, and one below the outer. */
function nested(outer: object, inner: object): Topology {
  const devices = {
    rp0: {type: 'root-port'},
    sw0: {type: 'switch', on: 'rp0', ...outer},
    sw1: {type: 'switch', on: 'sw0', slot: 0, ...inner},
    a: {type: 'edu', on: 'sw1', slot: 0},
    b: {type: 'nvme', cmb: '2MiB', on: 'sw1', slot: 1},
    c: {type: 'nvme', cmb: '2MiB', on: 'sw0', slot: 1},
  };
  return plan({description: 'any', devices}, 'any', true);
}

const routes = (topology: Topology, target: string): string =>
  routeText(routeOf(topology, {initiator: 'a', target}));

test('a request turns around at the nearest switch above both', (t) => {
  t.is(routes(nested({}, {}), 'b'), 'turned around at sw1');
  t.is(routes(nested({}, {}), 'c'), 'turned around at sw0');
});

test('the port by which it comes in decides, not that of the peer', (t) => {
  t.is(routes(nested({}, {acs: {1: 'redirect'}}), 'b'), 'turned around at sw1');
  t.is(routes(nested({acs: {1: 'redirect'}}, {}), 'c'), 'turned around at sw0');
  t.is(routes(nested({acs: {0: 'redirect'}}, {}), 'c'), 'routed upstream to the root complex');
  // Completions are another bit.
  t.is(routes(nested({acs: {0: 'xxx10xx'}}, {}), 'c'), 'turned around at sw0');
});

test('what was redirected is for the window of the port above, which blocks it unless it forwards', (t) => {
  t.is(routes(nested({}, {acs: {0: 'redirect'}}), 'b'), 'blocked at sw0.0');
  t.is(
    routes(nested({acs: {0: 'xx1xxxx'}}, {acs: {0: 'redirect'}}), 'b'),
    'routed upstream to the root complex',
  );
  t.is(routes(nested({acs: {0: 'redirect'}}, {acs: {0: 'redirect'}}), 'b'), 'blocked at sw0.0');
});

test('functions of one device reach each other within it', (t) => {
  const devices = {
    rp0: {type: 'root-port', acs: 'redirect'},
    a: {type: 'edu', on: 'rp0'},
    b: {type: 'nvme', cmb: '2MiB', on: 'rp0', function: 1},
  };
  t.is(routes(plan({description: 'any', devices}, 'any', true), 'b'), 'turned around at rp0');
});

/** A request on its way up, hop by hop, as each bridge would look at it. */
function walk(topology: Topology, initiator: string, target: string): Route {
  const above = new Set(pathToRoot(topology, target).map(({id}) => id));
  const [first, ...bridges] = pathToRoot(topology, initiator) as readonly [Node, ...Node[]];
  let ingress: Node = first;
  for (const bridge of bridges) {
    const control = ingress.kind === 'downstream-port' ? (ingress.acsControl ?? 0) : 0;
    const inOwn = ingress.kind === 'downstream-port' && above.has(ingress.id);
    const isRouter = bridge.kind === 'upstream-port' || ingress === first;
    if (inOwn && (control & 0x10) === 0) return {route: 'blocked', by: ingress.id};
    if (isRouter && !inOwn && (control & 0x04) === 0 && above.has(bridge.id)) {
      return {route: 'peer-to-peer', by: bridge.id};
    }
    ingress = bridge;
  }
  return {route: 'upstream'};
}

testProp(
  'a request goes the way that each bridge on it gives it',
  [topologyWithFunctions(2, routedTopology)],
  (t, {topology, ids}) => {
    const [initiator = '', target = ''] = ids;
    const both = [nodeOf(topology, initiator), nodeOf(topology, target)];
    fc.pre(initiator !== target && both.every(({kind}) => kind === 'endpoint'));
    t.deepEqual(routeOf(topology, {initiator, target}), walk(topology, initiator, target));
  },
  {numRuns: 300},
);
