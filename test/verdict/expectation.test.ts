// SPDX-License-Identifier: MIT
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {loadTopology} from '../../src/topology/plan-topology.ts';
import type {Topology} from '../../src/topology/model.ts';
import {
  type Bench,
  checkPeers,
  type ExpectedTransfer,
  expectTransfers,
} from '../../src/verdict/expectation.ts';

const below = loadTopology(labRoot, 'nvme-switch');
const across = loadTopology(labRoot, 'nvme-root-ports');
const trusted = loadTopology(labRoot, 'nvme-root-ports-epyc');

const bench = (topology: Topology): Bench => ({topology, features: []});

function copyThrough(target: string): readonly ExpectedTransfer[] {
  return [
    {initiator: 'src', direction: 'write', target, bytes: 4096, api: 'sg'},
    {initiator: 'dst', direction: 'read', target, bytes: 4096, api: 'sg'},
  ];
}

test('below one switch, and through a host bridge that Linux trusts, it goes from peer to peer', (t) => {
  for (const topology of [below, trusted]) {
    const expected = expectTransfers(bench(topology), copyThrough('cmb'), undefined);
    t.is(expected.outcome, 'peer');
    t.deepEqual(expected.transfers, copyThrough('cmb'));
    t.deepEqual(expected.refused, []);
    t.is(expected.contradiction, undefined);
    t.deepEqual(checkPeers(expected), []);
  }
});

test('across root ports it must be refused, and nothing may move', (t) => {
  const expected = expectTransfers(bench(across), copyThrough('cmb'), 'refused');
  t.is(expected.outcome, 'refused');
  t.deepEqual(expected.transfers, []);
  t.deepEqual(expected.refused, copyThrough('cmb'));
  t.is(expected.contradiction, undefined);
});

test('memory that Linux does not register is mapped by nobody, so nothing of the step moves', (t) => {
  const planned: readonly ExpectedTransfer[] = [
    {initiator: 'src', direction: 'write', target: 'host-memory', bytes: 4096, api: 'sg'},
    ...copyThrough('cmb'),
  ];
  const expected = expectTransfers(bench(loadTopology(labRoot, 'cmb/small')), planned, 'refused');
  t.deepEqual(expected.transfers, []);
  t.deepEqual(expected.refused, planned);
  t.is(expected.absent, 'cmb');
  t.is(expected.contradiction, undefined);
  t.is(expected.why, 'Linux does not register the CMB of cmb: its size, 1 MiB, is not a multiple of 2 MiB');
});

test('what is driven before the first refusal moves, what comes after it does not', (t) => {
  const own: ExpectedTransfer = {initiator: 'cmb', direction: 'write', target: 'cmb', bytes: 4096, api: 'sg'};
  const [first, second] = copyThrough('cmb') as [ExpectedTransfer, ExpectedTransfer];
  const expected = expectTransfers(bench(across), [own, first, second], undefined);
  t.deepEqual(expected.transfers, [own]);
  t.deepEqual(expected.refused, [first, second]);
});

test('what a step is about: its last transfer to a peer, and the way there', (t) => {
  const header: ExpectedTransfer = {
    ...{initiator: 'dst', direction: 'read', target: 'host-memory'},
    ...{bytes: 18, api: 'page'},
  };
  const subject = (topology: Topology, target: string) =>
    expectTransfers(bench(topology), [...copyThrough(target), header], undefined).subject;
  const read = {initiator: 'dst', direction: 'read'} as const;
  t.deepEqual(subject(below, 'cmb'), {...read, target: 'cmb', api: 'sg', path: 'bus-addr'});
  t.like(subject(trusted, 'cmb'), {path: 'thru-host-bridge'});
  t.like(subject(across, 'cmb'), {path: 'not-supported'});
  t.deepEqual(subject(below, 'host-memory'), {
    ...read,
    target: 'host-memory',
    api: 'page',
    path: 'host-memory',
  });
});

test('host memory is asked of nobody', (t) => {
  const expected = expectTransfers(bench(across), copyThrough('host-memory'), undefined);
  t.is(expected.outcome, 'host-memory');
  t.deepEqual(expected.transfers, copyThrough('host-memory'));
});

test("a scenario's own expectation is held, and its contradiction named", (t) => {
  const peer = expectTransfers(bench(across), copyThrough('cmb'), 'peer');
  t.deepEqual([peer.outcome, peer.transfers, peer.refused], ['peer', copyThrough('cmb'), []]);
  t.like(peer.contradiction, {declared: 'peer', required: 'refused'});

  const refused = expectTransfers(bench(below), copyThrough('cmb'), 'refused');
  t.deepEqual([refused.outcome, refused.transfers], ['refused', []]);
  t.like(refused.contradiction, {declared: 'refused', required: 'peer'});

  const memory = expectTransfers(bench(below), copyThrough('cmb'), 'host-memory');
  t.deepEqual(memory.transfers, copyThrough('host-memory'));
  t.like(memory.contradiction, {declared: 'host-memory', required: 'peer'});
});

test('nothing can go from peer to peer where there is no peer', (t) => {
  const [check] = checkPeers(expectTransfers(bench(below), copyThrough('host-memory'), 'peer'));
  t.is(check?.ok, false);
  t.regex(check?.detail ?? '', /the topology requires DMA through host memory/);
});
