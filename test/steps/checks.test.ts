// SPDX-License-Identifier: MIT
import test from 'ava';
import {checkScenario, scenarioSchema} from '../../src/scenario/scenario-file.ts';
import {topologySchema} from '../../src/spec/topology.ts';
import {parseSpec} from '../../src/spec/yaml.ts';
import {wrong} from '../spec/wrong.ts';

const devices = `
  rp0: {type: root-port}
  src: {type: nvme, on: rp0, disk: 4MiB}
  dst: {type: nvme, disk: 64KiB}
  cmb: {type: nvme, cmb: 2MiB}
  nic0: {type: e1000e}
  display: {type: bochs-display, vram: 4MiB}
`;
const topology = parseSpec(`description: x\ndevices:${devices}`, 't.yaml', topologySchema).value;
const pluggable = parseSpec(
  `description: x\nhotplug: true\ndevices:${devices}`,
  't.yaml',
  topologySchema,
).value;

const parse = (steps: string) =>
  parseSpec(`description: x\ntopology: t\nsteps:\n${steps}`, 'x.yaml', scenarioSchema);
const problems = (steps: string, tree = topology) =>
  wrong(() => {
    checkScenario(parse(steps), tree);
  });

test('what is done to a device or a module names it in one word', (t) => {
  const {value} = parse(`
  - unbind: cmb
  - bind: cmb
  - unload: {module: p2pdma_switch, expect-error: EAGAIN}
  - unplug: src
`);
  t.deepEqual(
    value.steps.map(({verb, options}) => ({verb, options})),
    [
      {verb: 'unbind', options: {device: 'cmb'}},
      {verb: 'bind', options: {device: 'cmb'}},
      {verb: 'unload', options: {module: 'p2pdma_switch', 'expect-error': 'EAGAIN'}},
      {verb: 'unplug', options: {device: 'src'}},
    ],
  );
});

test('a vector has parts in several places, and something may be done meanwhile', (t) => {
  const {value} = parse(`
  - io:
      from: src
      iovec: [{through: cmb, bytes: 8KiB}, {through: host-memory, bytes: 512, skip: 1536}]
      during: {unload: bochs_p2pmem}
`);
  const [step] = value.steps;
  t.is(step?.verb, 'io');
  if (step?.verb !== 'io') return;
  t.deepEqual(step.options.iovec, [
    {through: 'cmb', bytes: 8192, skip: 0},
    {through: 'host-memory', bytes: 512, skip: 1536},
  ]);
  t.deepEqual(step.options.during, {kind: 'unload', module: 'bochs_p2pmem'});
});

test('a device is unplugged only where slots hot-plug, and from a slot', (t) => {
  t.deepEqual(problems('  - unplug: src\n'), [
    'x.yaml:4:13: the slots of the topology do not hot-plug',
    'give it "hotplug: true"',
  ]);
  t.deepEqual(problems('  - unplug: src\n', pluggable), []);
  t.regex(problems('  - unplug: cmb\n', pluggable)[0] ?? '', /"cmb" is in no slot/);
  t.regex(
    problems('  - unplug: src\n  - plug: src\n', pluggable)[0] ?? '',
    /has a disk, which QEMU does not plug back/,
  );
});

test('what cannot be done to a device is told with its place', (t) => {
  t.regex(problems('  - unbind: rp0\n')[0] ?? '', /"rp0" is a bridge/);
  t.regex(problems('  - reset: nic0\n')[0] ?? '', /"nic0" is no NVMe controller/);
  t.regex(
    problems('  - io: {from: src, iovec: [{through: cmb, bytes: 4KiB}], during: {unbind: cmv}}\n')[0] ?? '',
    /no device "cmv"/,
  );
  t.regex(problems('  - mmap: {provider: nic0, bytes: 4KiB}\n')[0] ?? '', /provides no memory to peers/);
  t.regex(
    problems('  - drain-pool: {provider: display, piece: 8MiB}\n')[0] ?? '',
    /more than "display" provides/,
  );
});

test('a vector must come from somewhere, fit, and fail in one call', (t) => {
  t.regex(problems('  - io: {iovec: [{through: cmb, bytes: 4KiB}]}\n')[0] ?? '', /nothing is transferred/);
  t.regex(
    problems('  - io: {to: dst, iovec: [{through: cmb, bytes: 64KiB}, {through: cmb, bytes: 4KiB}]}\n')[0] ??
      '',
    /more than the disk of "dst" holds/,
  );
  t.regex(
    problems(
      '  - io: {to: dst, iovec: [{through: cmb, bytes: 4KiB}], expect-error: {write: EIO, map: EIO}}\n',
    )[0] ?? '',
    /one call fails/,
  );
  t.regex(
    problems('  - io: {to: dst, iovec: [{through: cmb, bytes: 4KiB}], during: {unbind: cmb}}\n')[0] ?? '',
    /while a drive holds a read/,
  );
  const error = t.throws(() =>
    parse('  - io: {to: dst, iovec: [{through: cmb, bytes: 4KiB}], during: {}}\n'),
  );
  t.regex(error.message, /one thing is done meanwhile/);
});
