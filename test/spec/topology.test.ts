// SPDX-License-Identifier: MIT
import test from 'ava';
import {z} from 'zod';
import {labRoot} from '../../src/base/paths.ts';
import {listTopologies} from '../../src/spec/catalog.ts';
import {readTopology, topologySchema} from '../../src/spec/topology.ts';
import {parseSpec} from '../../src/spec/yaml.ts';
import {wrong} from './wrong.ts';

const read = (rest: string) => parseSpec(`description: x\n${rest}`, 'x.yaml', topologySchema).value;
const problems = (rest: string) => wrong(() => read(rest));
const device = (text: string) => problems(`devices:\n  a: ${text}`);

test('what is not said has a default', (t) => {
  t.deepEqual(read('devices: {}'), {
    description: 'x',
    machine: 'q35',
    cpu: 'Nehalem',
    cpuVendor: 'GenuineIntel',
    memory: 512 * 2 ** 20,
    cpus: 1,
    hotplug: false,
    devices: {},
  });
});

test('the vendor goes with the CPU, unless it is given', (t) => {
  t.is(read('cpu: EPYC-Milan\ndevices: {}').cpuVendor, 'AuthenticAMD');
  t.is(read('cpu: Opteron_G5\ncpu-vendor: AuthenticAMD\ndevices: {}').cpuVendor, 'AuthenticAMD');
  t.is(read('cpu: Opteron_G5\ndevices: {}').cpuVendor, 'GenuineIntel');
});

test('each machine has a CPU and memory of its own, and an imx8mp-evk a bus', (t) => {
  const board = read('machine: imx8mp-evk\ndevices: {}');
  t.like(board, {
    cpu: 'cortex-a53',
    memory: 2 ** 30,
    bus: {base: 0x1000_0000, cpu: 0xc000_0000, inbound: 'identity'},
  });
  t.false('cpuVendor' in board);
  t.deepEqual(read('machine: imx8mp-evk\nbus-base: 0x20000000\ninbound: aliasing\ndevices: {}').bus, {
    base: 0x2000_0000,
    cpu: 0xc000_0000,
    inbound: 'aliasing',
  });
  const virt = read('machine: virt\niommu: smmuv3\ndevices: {}');
  t.like(virt, {cpu: 'neoverse-n2', iommu: {type: 'smmuv3', mode: 'strict'}});
  t.false('bus' in virt);
});

test("a CPU that is the host's own, or no name at all", (t) => {
  const text = 'x.yaml:2:6: this CPU is another on each host, and with it what Linux allows: name a model';
  t.deepEqual(problems('cpu: host\ndevices: {}'), [text]);
  t.deepEqual(problems('cpu: max\ndevices: {}'), [text]);
  t.regex(problems('cpu: Nehalem,+x\ndevices: {}')[0] ?? '', /^x\.yaml:2:6: .*not a CPU model of QEMU/);
});

test('an IOMMU translates strictly, unless it is said how', (t) => {
  t.deepEqual(read('iommu: virtio\ndevices: {}').iommu, {type: 'virtio', mode: 'strict'});
  t.deepEqual(read('iommu: intel\niommu-mode: lazy\ndevices: {}').iommu, {type: 'intel', mode: 'lazy'});
});

const iommus: readonly [string, string, readonly string[]][] = [
  ['a mode of none', 'iommu-mode: lazy', ['there is no IOMMU', 'give "iommu: …", or drop "iommu-mode"']],
  [
    'a virtio-iommu that is off',
    'iommu-mode: off\niommu: virtio',
    ['Linux never leaves a virtio-iommu alone', 'take passthrough, or drop "iommu"'],
  ],
  [
    'an SMMUv3 that is off',
    'iommu-mode: off\niommu: smmuv3\nmachine: virt',
    ['Linux never leaves an SMMUv3 alone', 'take passthrough, or drop "iommu"'],
  ],
  [
    'an IOMMU of another machine',
    'iommu: intel\nmachine: virt',
    ["QEMU's virt has no IOMMU of type intel", 'it has smmuv3'],
  ],
  [
    'an IOMMU where there is none',
    'iommu: smmuv3\nmachine: imx8mp-evk',
    ["QEMU's imx8mp-evk has no IOMMU of type smmuv3", 'drop "iommu"'],
  ],
  [
    'more memory than has room',
    'memory: 3GiB\nmachine: imx8mp-evk',
    ['more memory than lies below the devices', 'take 2GiB at most'],
  ],
  [
    'more CPUs than are soldered',
    'cpus: 5\nmachine: imx8mp-evk',
    ['imx8mp-evk has 4 CPUs, not 5', 'take 4 at most'],
  ],
  [
    'an alias beyond 32 bits',
    'cpu-base: 0x200000000\ninbound: aliasing\nmachine: imx8mp-evk',
    ['a device of 32 bits would not find host memory there', 'take 0xc0000000, or "inbound: identity"'],
  ],
  [
    'a CPU that is soldered',
    'cpu: cortex-a57\nmachine: imx8mp-evk',
    ['the CPU of imx8mp-evk is soldered', 'drop "cpu"'],
  ],
  [
    'a vendor of an arm64 CPU',
    'cpu-vendor: AuthenticAMD\nmachine: virt',
    ['a CPU of virt has no such vendor', 'drop "cpu-vendor"'],
  ],
  [
    'a window where there is none',
    'inbound: aliasing',
    ['bus addresses of q35 are physical addresses', '"inbound" goes with imx8mp-evk'],
  ],
  [
    'a lazy AMD-Vi',
    'iommu-mode: lazy\niommu: amd',
    ["Linux is never lazy with QEMU's amd-iommu, which says that it caches", 'take strict'],
  ],
];

for (const [what, text, [problem = '', hint = '']] of iommus) {
  test(`refused: ${what}`, (t) => {
    const column = text.indexOf(': ') + 3;
    t.deepEqual(problems(`${text}\ndevices: {}`), [`x.yaml:2:${column}: ${problem}`, hint]);
  });
}

const cases: readonly [string, string, readonly string[]][] = [
  ['an unknown type', '{type: nvmee}', ['x.yaml:3:13: unknown type "nvmee"', 'did you mean "nvme"?']],
  [
    'no type',
    '{on: b}',
    [
      'x.yaml:3:3: the key "type" is missing',
      'one of root-port, switch, nvme, e1000, e1000e, igb, bochs-display, edu, ivshmem',
    ],
  ],
  [
    'a key of another type',
    '{type: edu, disk: 1MiB}',
    ['x.yaml:3:18: unknown key "disk"', 'there are: type, on, slot, function, dma-bits'],
  ],
  ['a CMB of half a unit', '{type: nvme, cmb: 6KiB}', ['x.yaml:3:24: not a multiple of 4 KiB']],
  ['a disk of half pages', '{type: nvme, disk: 1000}', ['x.yaml:3:25: not a multiple of 4 KiB']],
  [
    'a slot that no bus has',
    '{type: edu, slot: 32}',
    ['x.yaml:3:24: slot: Too big: expected number to be <=31'],
  ],
  [
    'a function that no slot has',
    '{type: edu, function: 8}',
    ['x.yaml:3:28: function: Too big: expected number to be <=7'],
  ],
  [
    'a bridge as a function',
    '{type: root-port, function: 1}',
    ['x.yaml:3:24: unknown key "function"', 'there are: type, on, slot, acs'],
  ],
  [
    'flags of ACS that YAML takes for a number',
    '{type: root-port, acs: 1100}',
    ['x.yaml:3:29: acs: redirect, no-redirect, or the flags of pci=config_acs in quotes, as "xx11xx"'],
  ],
  ['shared memory without a size', '{type: ivshmem}', ['x.yaml:3:3: the key "size" is missing']],
];

for (const [what, text, expected] of cases) {
  test(`refused: ${what}`, (t) => {
    t.deepEqual(device(text), expected);
  });
}

for (const id of ['Src', '0a', 'a.b', 'a_b', 'host-memory', 'unmapped', 'lab-nic', 'a-name-of-21-characte']) {
  test(`no id: ${id}`, (t) => {
    t.regex(problems(`devices:\n  ${id}: {type: edu}`)[0] ?? '', /^x\.yaml:3:3: "[^"]+" is no good name$/);
  });
}

test('every topology of the lab can be read', (t) => {
  const all = listTopologies(labRoot);
  t.true(all.length >= 18);
  for (const {file} of all) t.notThrows(() => readTopology(file));
});

test('editors get a JSON schema', (t) => {
  const json = z.toJSONSchema(topologySchema, {io: 'input'});
  t.deepEqual(json.required, ['description', 'devices']);
});
