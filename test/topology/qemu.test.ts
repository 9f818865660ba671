// SPDX-License-Identifier: MIT
import {testProp} from '@fast-check/ava';
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {listTopologies} from '../../src/spec/catalog.ts';
import {endpointsOf, type Topology} from '../../src/topology/model.ts';
import {loadTopology} from '../../src/topology/plan.ts';
import {labDeviceArguments, qemuArguments} from '../../src/topology/qemu.ts';
import {unsupported} from '../../src/topology/requirements.ts';
import {plan, topology as anyTopology} from './arbitrary.ts';
import {filesFor} from './files.ts';
import {compareGolden} from './golden.ts';
import {everything} from './recorded.ts';

const versions = [
  {major: 7, minor: 2},
  {major: 10, minor: 0},
] as const;

/** One option a line. */
const lines = (words: readonly string[]) => `${words.join(' ').replaceAll(' -', '\n-')}\n`;

for (const qemu of versions) {
  for (const {name} of listTopologies(labRoot)) {
    test(`${name} for QEMU ${qemu.major}.${qemu.minor}`, (t) => {
      const topology = loadTopology(labRoot, name);
      const missing = unsupported(topology, qemu).map((reason) => `${reason}\n`);
      const text =
        missing.length > 0
          ? missing.join('')
          : lines(qemuArguments(topology, {qemu, files: filesFor(topology, '/files')}));
      compareGolden(t, `qemu-${qemu.major}.${qemu.minor}/${name}.txt`, text);
    });
  }
}

test("every type of device, and the lab's own", (t) => {
  const {topology} = everything('nehalem');
  const words = qemuArguments(topology, {qemu: versions[1], files: filesFor(topology, '/files')});
  compareGolden(
    t,
    'everything/qemu-10.0.txt',
    lines([...words, ...labDeviceArguments(topology.platform, [])]),
  );
});

test('igb needs QEMU 8', (t) => {
  const topology = plan({description: 'x', devices: {nic: {type: 'igb'}}});
  t.deepEqual(unsupported(topology, {major: 7, minor: 2}), ['igb needs QEMU 8.0 or newer, this is 7.2']);
  t.deepEqual(unsupported(topology, {major: 8, minor: 0}), []);
  t.deepEqual(unsupported(topology, {major: 10, minor: 0}), []);
  t.throws(() => qemuArguments(topology, {qemu: {major: 7, minor: 2}, files: filesFor(topology, '/f')}), {
    message: 'igb needs QEMU 8.0 or newer, this is 7.2',
  });
});

test('AMD-Vi that translates behind a port needs QEMU 10.2', (t) => {
  const reasons = (mode: string, devices: object) => {
    return unsupported(plan({description: 'x', iommu: 'amd', 'iommu-mode': mode, devices}), {
      major: 10,
      minor: 0,
    });
  };
  const behind = {rp0: {type: 'root-port'}, a: {type: 'edu', on: 'rp0'}};
  t.deepEqual(reasons('strict', behind), [
    'AMD-Vi that translates behind a port needs QEMU 10.2 or newer, this is 10.0',
  ]);
  t.deepEqual(reasons('passthrough', behind), []);
  t.deepEqual(reasons('strict', {rp0: {type: 'root-port'}, a: {type: 'edu'}}), []);
});

test('a CMB of any size: in MiB where stock QEMU has it, else in bytes, which takes a QEMU that routes', (t) => {
  const devices = Object.fromEntries(
    ['4KiB', '512KiB', '1MiB', '3MiB', '16MiB'].map((cmb, index) => [`c${index}`, {type: 'nvme', cmb}]),
  );
  const given = {description: 'x', devices};
  const qemu = versions[1];
  t.deepEqual(unsupported(plan(given), qemu), [
    'the CMB of c0 is not of a size that this QEMU has: take --qemu routed',
  ]);
  const topology = plan(given, 'any', true);
  t.deepEqual(unsupported(topology, qemu), []);
  const words = qemuArguments(topology, {qemu, files: filesFor(topology, '/files')});
  t.deepEqual(
    words.flatMap((word) => /cmb_size.*$/.exec(word)?.[0] ?? []),
    ['cmb_size=4096', 'cmb_size=524288', 'cmb_size_mb=1', 'cmb_size=3145728', 'cmb_size_mb=16'],
  );
});

test("a comma in a file's name is written twice", (t) => {
  const topology = plan({description: 'x', devices: {a: {type: 'nvme', disk: '1MiB'}}});
  const words = qemuArguments(topology, {qemu: versions[1], files: filesFor(topology, '/a,b')});
  t.true(words.some((word) => word.includes('file.filename=/a,,b/a.disk,')));
});

test('a disk without a file is an error', (t) => {
  const topology = plan({description: 'x', devices: {a: {type: 'nvme', disk: '1MiB'}}});
  t.throws(() => qemuArguments(topology, {qemu: versions[1], files: {disks: {}, pcaps: {}, shared: {}}}), {
    instanceOf: TypeError,
    message: 'no file for the disk of a',
  });
});

testProp(
  'ids, places and namespaces are unique, and a bus comes before what is on it',
  [anyTopology],
  (t, topology) => {
    const devices = parsed(topology);
    const seen = new Set(['pcie.0']);
    for (const {id, bus} of devices) {
      t.true(bus === undefined || seen.has(bus), `${id ?? ''} on ${bus ?? ''}`);
      t.false(seen.has(id ?? ''), id);
      seen.add(id ?? '');
    }
    const places = devices.flatMap(({bus, addr}) => (addr === undefined ? [] : [`${bus ?? ''} ${addr}`]));
    t.is(new Set(places).size, places.length);
    const namespaces = devices.flatMap(({nsid}) => (nsid === undefined ? [] : [nsid]));
    t.is(new Set(namespaces).size, namespaces.length);
    t.is(namespaces.length, endpointsOf(topology).filter((node) => node.type === 'nvme' && node.disk).length);
  },
);

function parsed(topology: Topology): Partial<Record<'id' | 'bus' | 'addr' | 'nsid', string>>[] {
  const words = qemuArguments(topology, {qemu: {major: 10, minor: 2}, files: filesFor(topology, '/files')});
  return words
    .filter((_, index) => words[index - 1] === '-device')
    .map(
      (word) =>
        Object.fromEntries(word.split(',').map((property) => property.split('='))) as Record<string, string>,
    );
}
