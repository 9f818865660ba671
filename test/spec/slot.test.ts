// SPDX-License-Identifier: MIT
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {checkScenario, scenarioSchema} from '../../src/scenario/scenario-file.ts';
import {inSlotOf} from '../../src/spec/slot.ts';
import {topologySchema} from '../../src/spec/topology.ts';
import {parseSpec} from '../../src/spec/yaml.ts';
import {loadTopology, planTopology} from '../../src/topology/plan.ts';
import {plugLine} from '../../src/topology/qemu.ts';
import {nodeOf} from '../../src/topology/model.ts';
import {unitOf, without} from '../../src/topology/slot.ts';
import {wrong} from './wrong.ts';

const devices = `
  rp0: {type: root-port}
  rp1: {type: root-port}
  src: {type: nvme, on: rp0, disk: 4MiB}
  cmb: {type: nvme, on: rp0, function: 1, cmb: 2MiB}
  sw0: {type: switch, on: rp1}
  a: {type: nvme, on: sw0, slot: 1, cmb: 2MiB}
  b: {type: ivshmem, on: sw0, slot: 1, function: 1, size: 1MiB}
  c: {type: nvme, on: sw0, cmb: 2MiB}
  sw1: {type: switch, on: sw0}
  d: {type: nvme, on: sw1, cmb: 2MiB}
`;
const located = parseSpec(`description: x\nhotplug: true\ndevices:${devices}`, 't.yaml', topologySchema);
const topology = located.value;

const planned = planTopology('t', located);

const problems = (steps: string) =>
  wrong(() => {
    const parsed = parseSpec(`description: x\ntopology: t\nsteps:\n${steps}`, 'x.yaml', scenarioSchema);
    checkScenario(parsed, topology);
  });

const units: readonly [id: string, unit: readonly string[]][] = [
  ['src', ['src', 'cmb']],
  ['cmb', ['src', 'cmb']],
  ['a', ['a', 'b']],
  ['c', ['c']],
  ['sw1', ['sw1', 'd']],
  ['sw0', ['sw0', 'a', 'b', 'c', 'sw1', 'd']],
];

for (const [id, unit] of units) {
  test(`with ${id} goes ${unit.join(', ')}`, (t) => {
    t.deepEqual(inSlotOf(topology.devices, id), unit);
    // The planned tree has the ports of switches besides.
    const ids = unitOf(planned, id).filter((node) => node.kind !== 'downstream-port');
    t.deepEqual(ids.map((node) => node.id).toSorted(), unit.toSorted());
  });
}

test('a step cannot name what went with another function of its slot, until that is back', (t) => {
  const copy = '  - mmap: {provider: a, bytes: 4KiB}\n';
  t.deepEqual(problems(`  - unplug: b\n${copy}`), [
    'x.yaml:5:22: "a" went when "b" was unplugged: a slot goes as a whole',
    'add "plug: b" before this step',
  ]);
  t.regex(problems(`  - unplug: sw0\n${copy}`)[0] ?? '', /"a" went when "sw0" was unplugged/);
  t.regex(problems(`  - unplug: a\n${copy}`)[0] ?? '', /"a" was unplugged before/);
  const meanwhile = '  - mmap: {provider: c, bytes: 4KiB, during: {unplug: sw0}}\n';
  t.regex(problems(`${meanwhile}${copy}`)[0] ?? '', /"a" went when "sw0" was unplugged/);
  t.deepEqual(problems(`  - unplug: b\n  - plug: a\n${copy}`), []);
  t.deepEqual(problems(`  - unplug: c\n${copy}`), []);
});

test('what is in its slot is not plugged in, nor is a disk, and a root port never goes', (t) => {
  t.regex(problems('  - plug: c\n')[0] ?? '', /"c" is not unplugged/);
  t.regex(problems('  - unplug: a\n  - unplug: sw0\n  - plug: a\n')[0] ?? '', /^$/);
  t.regex(problems('  - unplug: cmb\n  - plug: cmb\n')[0] ?? '', /"src" has a disk/);
  t.regex(problems('  - unplug: rp0\n')[0] ?? '', /"rp0" is part of the root complex/);
  t.regex(problems('  - unplug: c\n  - unplug: c\n')[0] ?? '', /"c" was unplugged before/);
});

test('a function is plugged in as it was, with what says that it shares its slot', (t) => {
  t.is(
    plugLine(nodeOf(planned, 'a'), planned),
    'device_add nvme,id=a,bus=sw0.1,addr=00.0,multifunction=on,serial=a,cmb_size_mb=2',
  );
  t.is(
    plugLine(nodeOf(planned, 'b'), planned),
    'device_add ivshmem-plain,id=b,bus=sw0.1,addr=00.1,memdev=b.memory',
  );
  t.regex(plugLine(nodeOf(planned, 'sw1.0'), planned), /^device_add xio3130-downstream,id=sw1\.0,bus=sw1,/);
});

test('a tree without a slot has nothing left of it', (t) => {
  const lifecycle = loadTopology(labRoot, 'lifecycle');
  const gone = new Set(unitOf(lifecycle, 'sw0').map(({id}) => id));
  t.deepEqual(
    without(lifecycle, gone).nodes.map(({id}) => id),
    ['rp0'],
  );
});
