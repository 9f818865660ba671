// SPDX-License-Identifier: MIT
import test from 'ava';
import type {LedgerEntry} from '../../src/evidence/ledger.ts';
import {labRoot} from '../../src/base/paths.ts';
import {loadTopology} from '../../src/topology/plan-topology.ts';
import {checkPaths} from '../../src/verdict/check-routes.ts';

const routed = loadTopology(labRoot, 'nvme-switch', {routes: true});
const entry: LedgerEntry = {
  initiator: 'src',
  direction: 'write',
  target: 'cmb',
  bar: 2,
  bytes: 4096,
  address: 0xfc01_0000,
};

test('a transfer takes the way that the tree gives it', (t) => {
  t.like(checkPaths(routed, [{...entry, route: 'peer-to-peer', by: 'sw0'}]), [
    {name: 'path', ok: true, witness: 'host', detail: 'src to cmb: turned around at sw0'},
  ]);
  t.like(checkPaths(routed, [{...entry, route: 'upstream'}]), [
    {
      ok: false,
      detail: 'src to cmb: expected: turned around at sw0; observed: routed upstream to the root complex',
    },
  ]);
  t.like(checkPaths(routed, [{...entry, route: 'peer-to-peer', by: 'rp0'}]), [{ok: false}]);
});

test('an IOVA goes up, whatever it leads to, and so does host memory', (t) => {
  t.like(checkPaths(routed, [{...entry, route: 'upstream', translated: 0xfc01_0000, address: 0xfff0_0000}]), [
    {ok: true},
  ]);
  const {initiator, direction, bytes, address} = entry;
  const memory = {initiator, direction, bytes, address, target: 'host-memory'} as const;
  t.like(checkPaths(routed, [{...memory, route: 'upstream'}]), [{ok: true}]);
  t.like(checkPaths(routed, [{...memory, route: 'peer-to-peer', by: 'sw0'}]), [{ok: false}]);
});

test('where QEMU does not say which way, there is nothing to check', (t) => {
  t.deepEqual(checkPaths(loadTopology(labRoot, 'nvme-switch'), [entry]), []);
  t.deepEqual(checkPaths(routed, [entry]), []);
});
