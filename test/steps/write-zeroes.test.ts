// SPDX-License-Identifier: MIT
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import type {TraceEvent} from '../../src/evidence/trace-event.ts';
import {Disks} from '../../src/scenario/disks.ts';
import {scenarioSchema} from '../../src/scenario/scenario-file.ts';
import {parseSpec} from '../../src/spec/yaml.ts';
import {dataVerb, guestCommands} from '../../src/steps/bound.ts';
import type {Observed} from '../../src/steps/observed.ts';
import {loadTopology} from '../../src/topology/plan.ts';
import {nodeOf} from '../../src/topology/model.ts';

const topology = loadTopology(labRoot, 'nvme-switch');
const text = JSON.stringify({
  description: 'x',
  topology: 'nvme-switch',
  steps: [{'write-zeroes': {drive: 'dst', offset: '4KiB', bytes: '8KiB'}}],
});
const [step] = parseSpec(text, 'x.yaml', scenarioSchema).value.steps;
if (step === undefined) throw new TypeError('no step');
const verb = dataVerb(step);

test('the guest is told the range, and nothing may move', (t) => {
  const {bdf} = nodeOf(topology, 'dst');
  t.deepEqual(
    guestCommands(step, topology).map(({words}) => words.join(' ')),
    [`p2p write-zeroes ${bdf} 4096 8192`],
  );
  t.deepEqual(verb?.transfers(topology, []), []);
});

test('the range is zero afterwards, and the rest is as before', (t) => {
  const before = Buffer.alloc(16_384, 0xee);
  const disks = new Disks(topology, '/nowhere', new Map([['dst', before]]));
  verb?.effect(disks);
  const wanted = Buffer.from(before).fill(0, 4096, 12_288);
  t.true(disks.content('dst').equals(wanted));
});

test('without a command in the trace, an empty ledger proves nothing', async (t) => {
  const node = nodeOf(topology, 'dst');
  const nsid = node.type === 'nvme' ? (node.nsid ?? 0) : 0;
  const okOf = async (events: readonly TraceEvent[]) =>
    (await verb?.checks({topology, events} as unknown as Observed))?.map(({ok}) => ok);
  t.deepEqual(await okOf([]), [false]);
  t.deepEqual(await okOf([{kind: 'nvme-submit', cid: 1, nsid: nsid + 1, queue: 1}]), [false]);
  t.deepEqual(await okOf([{kind: 'nvme-submit', cid: 1, nsid, queue: 1}]), [true]);
});
