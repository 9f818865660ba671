// SPDX-License-Identifier: MIT
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {Disks} from '../../src/scenario/disks.ts';
import {dataVerb} from '../../src/steps/bound.ts';
import {scenarioSchema} from '../../src/scenario/scenario-file.ts';
import {parseSpec} from '../../src/spec/yaml.ts';
import {loadTopology} from '../../src/topology/plan.ts';

const topology = loadTopology(labRoot, 'lifecycle');

function verbOf(io: object) {
  const text = JSON.stringify({description: 'x', topology: 'lifecycle', steps: [{io}]});
  const [step] = parseSpec(text, 'x.yaml', scenarioSchema).value.steps;
  const verb = step === undefined ? undefined : dataVerb(step);
  if (verb === undefined) throw new TypeError('not a verb that moves data');
  return verb;
}

const iovec = [
  {through: 'cmb', bytes: '8KiB'},
  {through: 'host-memory', bytes: '4KiB'},
];

test('every part of a vector is a transfer of its own, each way', (t) => {
  t.deepEqual(verbOf({from: 'src', to: 'dst', iovec}).transfers(topology, []), [
    {initiator: 'src', direction: 'write', target: 'cmb', bytes: 8192, api: 'sg'},
    {initiator: 'src', direction: 'write', target: 'host-memory', bytes: 4096, api: 'sg'},
    {initiator: 'dst', direction: 'read', target: 'cmb', bytes: 8192, api: 'sg'},
    {initiator: 'dst', direction: 'read', target: 'host-memory', bytes: 4096, api: 'sg'},
  ]);
});

test('what follows a call that must fail does not move', (t) => {
  t.deepEqual(
    verbOf({from: 'src', to: 'dst', iovec, 'expect-error': {read: 'EFAULT'}}).transfers(topology, []),
    [],
  );
  t.deepEqual(
    verbOf({from: 'src', to: 'dst', iovec, 'expect-error': {map: 'ENOMEM'}}).transfers(topology, []),
    [],
  );
  t.deepEqual(
    verbOf({from: 'src', to: 'dst', iovec, 'expect-error': {write: 'EFAULT'}})
      .transfers(topology, [])
      .map(({initiator}) => initiator),
    ['src', 'src'],
  );
});

test('what nothing was read into reaches the disk as it was filled', (t) => {
  const disks = new Disks(topology, '/nowhere', new Map());
  verbOf({to: 'dst', 'to-offset': '4KiB', iovec: [{through: 'cmb', bytes: '4KiB'}]}).effect(disks);
  t.deepEqual(disks.content('dst'), Buffer.concat([Buffer.alloc(4096), Buffer.alloc(4096, 0xa5)]));
});

test('what is done meanwhile begins when the drive has the read, and ends after it', (t) => {
  const verb = verbOf({from: 'src', iovec: [iovec[0]], during: {unbind: 'cmb'}});
  t.deepEqual(
    verb.commands(topology).map(({words}) => words.join(' ')),
    [
      'p2p begin io p2p io --from 0000:03:00.0 --iovec 0000:05:00.0,8192,0',
      'p2p begin removal p2p unbind 0000:05:00.0',
      'p2p end io 20',
      'p2p end removal 20',
    ],
  );
});

test('a reset lets the bytes move again, but not elsewhere', (t) => {
  const verb = verbOf({from: 'src', iovec: [iovec[0]], during: {reset: 'src'}});
  const expected = verb.transfers(topology, []);
  t.is(expected[0]?.bytes, 16384);
  const entry = {initiator: 'src', direction: 'write', target: 'cmb', bytes: 24576, address: 0} as const;
  t.true(verb.ledger([entry], expected)?.ok);
  t.false(verb.ledger([{...entry, bytes: 8192}], expected)?.ok);
  t.false(verb.ledger([entry, {...entry, target: 'unmapped'}], expected)?.ok);
});

test('memory that goes away has to wait for who uses it: a removal that did not wait is told', (t) => {
  const verb = verbOf({from: 'src', iovec: [iovec[0]], during: {unbind: 'cmb'}});
  const results = (state: string) =>
    [
      [{op: 'begin', ok: true}],
      [{op: 'begin', ok: true, state}],
      [{op: 'read', ok: true, bytes: 8192}],
      [],
    ].map((facts) => ({command: [], code: 0, facts, stdout: '', stderr: ''}));
  const failed = (state: string) =>
    verb
      .account(results(state), topology)
      ?.filter(({ok}) => !ok)
      .map(({name}) => name);
  t.deepEqual(failed('waits'), []);
  t.deepEqual(failed('ended'), ['waits']);
});
