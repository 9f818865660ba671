// SPDX-License-Identifier: MIT
import {testProp} from '@fast-check/ava';
import test from 'ava';
import {SpecError} from '../../src/base/errors.ts';
import {topologySchema} from '../../src/spec/topology.ts';
import {parseSpec} from '../../src/spec/yaml.ts';
import {nodeOf} from '../../src/topology/model.ts';
import {planTopology} from '../../src/topology/plan.ts';
import {board, plan, topology as anyTopology} from './arbitrary.ts';

const wrong = (devices: string) => {
  const text = `description: x\ndevices:\n${devices}`;
  const located = parseSpec(text, 'x.yaml', topologySchema);
  try {
    planTopology('x', located);
  } catch (error) {
    if (error instanceof SpecError)
      return [...error.message.split('\n'), ...(error.hint === undefined ? [] : [error.hint])];
    throw error;
  }
  return [];
};

test('buses are numbered depth first, by device number', (t) => {
  const planned = plan({
    description: 'x',
    devices: {
      late: {type: 'root-port', slot: 9},
      rp0: {type: 'root-port'},
      sw0: {type: 'switch', on: 'rp0'},
      b: {type: 'edu', on: 'sw0', slot: 7},
      a: {type: 'edu', on: 'sw0'},
      c: {type: 'edu', on: 'late'},
      d: {type: 'edu'},
    },
  });
  t.deepEqual(
    planned.nodes.map(({bdf, id}) => `${bdf} ${id}`),
    [
      '0000:00:01.0 rp0',
      '0000:01:00.0 sw0',
      '0000:02:00.0 sw0.0',
      '0000:03:00.0 a',
      '0000:02:07.0 sw0.7',
      '0000:04:00.0 b',
      '0000:00:02.0 d',
      '0000:00:09.0 late',
      '0000:05:00.0 c',
    ],
  );
});

test('a root port that has all numbers has its hot-plug ports share them, as Linux 6.12 did', (t) => {
  const numbers = (devices: Readonly<Record<string, object>>): readonly string[] =>
    plan({
      description: 'x',
      machine: 'imx8mp-evk',
      devices: {rp0: {type: 'root-port'}, sw0: {type: 'switch', on: 'rp0'}, ...devices},
    }).nodes.map((node) => {
      const buses = node.kind === 'endpoint' ? '' : ` ${node.secondaryBus}-${node.subordinateBus}`;
      return `${node.id} ${node.bdf.slice(5)}${buses}`;
    });
  t.deepEqual(
    numbers({a: {type: 'edu', on: 'sw0'}, b: {type: 'edu', on: 'sw0'}, c: {type: 'edu', on: 'sw0'}}),
    [
      'rp0 00:00.0 1-255',
      'sw0 01:00.0 2-254',
      'sw0.0 02:00.0 3-86',
      'a 03:00.0',
      'sw0.1 02:01.0 87-170',
      'b 57:00.0',
      'sw0.2 02:02.0 171-254',
      'c ab:00.0',
    ],
  );
});

test('functions of one slot share its port', (t) => {
  const planned = plan({
    description: 'x',
    devices: {
      rp0: {type: 'root-port'},
      b: {type: 'edu', on: 'rp0', function: 3},
      a: {type: 'edu', on: 'rp0'},
      rp1: {type: 'root-port'},
      sw0: {type: 'switch', on: 'rp1'},
      d: {type: 'edu', on: 'sw0', slot: 4, function: 1},
      c: {type: 'edu', on: 'sw0', slot: 4},
      e: {type: 'edu', on: 'sw0'},
      g: {type: 'edu', slot: 9, function: 7},
      f: {type: 'edu', slot: 9},
    },
  });
  t.deepEqual(
    planned.nodes.map(({bdf, id}) => `${bdf} ${id}`),
    [
      '0000:00:01.0 rp0',
      '0000:01:00.0 a',
      '0000:01:00.3 b',
      '0000:00:02.0 rp1',
      '0000:02:00.0 sw0',
      '0000:03:00.0 sw0.0',
      '0000:04:00.0 e',
      '0000:03:04.0 sw0.4',
      '0000:05:00.0 c',
      '0000:05:00.1 d',
      '0000:00:09.0 f',
      '0000:00:09.7 g',
    ],
  );
});

test("AMD's IOMMU takes the first slot that the devices leave, virtio's its own", (t) => {
  const slot = (iommu: string, devices: object) => plan({description: 'x', iommu, devices}).iommu?.slot;
  const devices = {a: {type: 'edu'}, b: {type: 'edu', slot: 3}, c: {type: 'root-port'}};
  t.is(slot('amd', devices), 4);
  t.is(slot('amd', {}), 1);
  t.is(slot('virtio', devices), 0x1e);
  t.is(slot('intel', devices), undefined);
  const full = Array.from({length: 27}, (_, index) => [`d${index}`, {type: 'edu'}] as const);
  t.throws(() => plan({description: 'x', iommu: 'amd', devices: Object.fromEntries(full)}), {
    message: /the root complex has no slot left for the IOMMU/,
  });
});

test('namespaces and MAC addresses are unique over the topology', (t) => {
  const nvme = {type: 'nvme', disk: '1MiB'};
  const {nodes} = plan({
    description: 'x',
    devices: {a: nvme, none: {type: 'nvme', cmb: '2MiB'}, b: nvme, n0: {type: 'e1000e'}, n1: {type: 'e1000'}},
  });
  t.deepEqual(
    nodes.map((node) => ('nsid' in node ? node.nsid : 'mac' in node ? node.mac : null)),
    [1, null, 2, '52:54:00:00:00:01', '52:54:00:00:00:02'],
  );
});

test('a planned topology is frozen', (t) => {
  const planned = plan({description: 'x', devices: {rp0: {type: 'root-port'}}});
  t.throws(() => Object.assign(nodeOf(planned, 'rp0'), {bus: 1}), {instanceOf: TypeError});
});

testProp(
  "every function has an address of its own and lies within its bridge's buses",
  [anyTopology],
  (t, {nodes}) => {
    t.is(new Set(nodes.map(({bdf}) => bdf)).size, nodes.length);
    for (const [index, node] of nodes.entries()) {
      if (node.parent === null) {
        t.is(node.bus, 0);
        continue;
      }
      const above = nodes.findIndex(({id}) => id === node.parent);
      t.true(above !== -1 && above < index);
      const bridge = nodes[above];
      if (bridge === undefined || bridge.kind === 'endpoint')
        return t.fail('an endpoint has something below it');
      t.is(node.bus, bridge.secondaryBus);
      if (node.kind !== 'endpoint') t.true(node.subordinateBus <= bridge.subordinateBus);
    }
  },
);

testProp('on a board, too, no two buses share a number', [board], (t, {nodes}) => {
  t.is(new Set(nodes.map(({bdf}) => bdf)).size, nodes.length);
  const bridges = nodes.flatMap((node) => (node.kind === 'endpoint' ? [] : [node]));
  for (const a of bridges) {
    t.true(a.secondaryBus <= a.subordinateBus && a.subordinateBus <= 255);
    for (const b of bridges.filter(({bus, bdf}) => bus === a.bus && bdf !== a.bdf)) {
      t.true(a.subordinateBus < b.secondaryBus || b.subordinateBus < a.secondaryBus);
    }
  }
});

testProp('buses are numbered without a gap, in the order of the functions', [anyTopology], (t, {nodes}) => {
  const buses = nodes.flatMap((node) => (node.kind === 'endpoint' ? [] : [node.secondaryBus]));
  t.deepEqual(
    buses,
    Array.from(buses, (_, index) => index + 1),
  );
});

const cases: readonly [string, string, readonly string[]][] = [
  [
    'an unknown parent',
    '  rp0: {type: root-port}\n  a: {type: edu, on: rp00}',
    ['x.yaml:4:22: there is no device "rp00"', 'did you mean "rp0"?'],
  ],
  [
    'a parent that only Object knows',
    '  a: {type: edu, on: constructor}',
    ['x.yaml:3:22: there is no device "constructor"', 'there is none'],
  ],
  [
    'an endpoint as a parent',
    '  a: {type: edu}\n  b: {type: edu, on: a}',
    ['x.yaml:4:22: "a" is an endpoint (edu): nothing can be on it', 'name a root port or a switch'],
  ],
  [
    'a second device on a root port',
    '  rp0: {type: root-port}\n  a: {type: edu, on: rp0}\n  b: {type: edu, on: rp0}',
    [
      'x.yaml:5:22: root port "rp0" has one slot, and "a" is in it',
      'functions of one slot have a "function" each',
    ],
  ],
  [
    'two devices in one slot',
    '  a: {type: edu, slot: 3}\n  b: {type: edu, slot: 3}',
    ['x.yaml:4:24: slot 3 has "a" in it already'],
  ],
  [
    'two devices at one downstream port',
    '  rp0: {type: root-port}\n  s: {type: switch, on: rp0}\n  a: {type: edu, on: s, slot: 0}\n  b: {type: edu, on: s, slot: 0}',
    ['x.yaml:6:31: slot 0 has "a" in it already'],
  ],
  [
    'two devices as one function',
    '  r: {type: root-port}\n  a: {type: edu, on: r}\n  b: {type: edu, on: r, function: 1}\n  c: {type: edu, on: r, function: 1}',
    [
      'x.yaml:6:22: root port "r" has one slot, and "b" is in it',
      'functions of one slot have a "function" each',
    ],
  ],
  [
    'a function without function 0',
    '  rp0: {type: root-port}\n  a: {type: edu, on: rp0, function: 1}',
    ['x.yaml:4:37: slot 0 has no function 0', 'Linux looks for no other where that is missing'],
  ],
  [
    'a function of no slot',
    '  a: {type: edu, slot: 3}\n  b: {type: edu, function: 1}',
    ['x.yaml:4:28: "b" is function 1 of no slot', 'give the "slot" of its function 0 too'],
  ],
  [
    'a function beside a switch',
    '  rp0: {type: root-port}\n  s: {type: switch, on: rp0}\n  b: {type: edu, on: rp0, function: 1}',
    ['x.yaml:5:37: function 0 of slot 0 is a bridge: "s"', 'endpoints share a slot'],
  ],
  [
    'a function beside an igb',
    '  rp0: {type: root-port}\n  n: {type: igb, on: rp0}\n  b: {type: edu, on: rp0, function: 1}',
    [
      'x.yaml:5:37: function 0 of slot 0 is an igb, which hides the others: "n"',
      'make another device function 0',
    ],
  ],
  [
    'ACS of a port that a switch does not have',
    '  rp0: {type: root-port}\n  s: {type: switch, on: rp0, acs: {1: redirect}}\n  a: {type: edu, on: s}',
    [
      'x.yaml:4:36: switch "s" has no port 1: there is nothing in it',
      'a port is numbered as the "slot" of what is on it',
    ],
  ],
  [
    'egress control of a switch',
    '  rp0: {type: root-port}\n  s: {type: switch, on: rp0, acs: {0: "1xxxxx"}}\n  a: {type: edu, on: s}',
    [
      'x.yaml:4:39: QEMU\'s ports have no P2P egress control: bit 5 of "1xxxxx" cannot be set',
      'write x or 0 there',
    ],
  ],
  [
    'egress control of a root port',
    '  rp0: {type: root-port, acs: "1xxxxx"}',
    [
      'x.yaml:3:31: QEMU\'s ports have no P2P egress control: bit 5 of "1xxxxx" cannot be set',
      'write x or 0 there',
    ],
  ],
  [
    'another slot of a root port',
    '  rp0: {type: root-port}\n  a: {type: edu, on: rp0, slot: 1}',
    ['x.yaml:4:33: a root port has one slot: 0'],
  ],
  [
    "the slot of the lab's own NIC",
    '  a: {type: edu, slot: 0x1d}',
    ["x.yaml:3:24: slot 29 of the root complex is the machine's or the lab's own"],
  ],
  [
    'a cycle of switches',
    '  a: {type: switch, on: b}\n  b: {type: switch, on: a}',
    [
      'x.yaml:3:25: "a" is below itself: a tree of switches begins at a root port',
      'x.yaml:4:25: "b" is below itself: a tree of switches begins at a root port',
    ],
  ],
  [
    'a switch on the root complex',
    '  s: {type: switch}',
    ['x.yaml:3:3: switch "s" hangs nowhere', 'put it on a root port or a switch: "on: …"'],
  ],
  [
    'a root port on a root port',
    '  a: {type: root-port}\n  b: {type: root-port, on: a}',
    ['x.yaml:4:28: root port "b" is on "a"', 'a root port is on the root complex: drop "on"'],
  ],
];

for (const [what, devices, expected] of cases) {
  test(`refused: ${what}`, (t) => {
    t.deepEqual(wrong(devices), expected);
  });
}

const row = (count: number, of: string) =>
  Array.from({length: count}, (_, index) => `  d${index}: {type: edu${of}}`).join('\n');

test('refused: more than 32 ports of a switch', (t) => {
  const above = '  rp0: {type: root-port}\n  s: {type: switch, on: rp0}\n';
  t.deepEqual(wrong(above + row(32, ', on: s')), []);
  t.deepEqual(wrong(above + row(33, ', on: s')), [
    'x.yaml:37:24: switch "s" has all of its 32 downstream ports in use',
  ]);
});

test('refused: more devices than the root complex has slots', (t) => {
  t.deepEqual(wrong(row(27, '')), []);
  t.deepEqual(wrong(row(28, '')), ['x.yaml:30:3: the root complex has no slot left']);
});

test('refused: more buses than a segment has', (t) => {
  const trees = (count: number) =>
    Array.from({length: count}, (_, n) => {
      const leaves = Array.from({length: 28}, (_unused, leaf) => `  d${n}x${leaf}: {type: edu, on: s${n}}`);
      return [`  rp${n}: {type: root-port}`, `  s${n}: {type: switch, on: rp${n}}`, ...leaves].join('\n');
    }).join('\n');
  t.deepEqual(wrong(trees(8)), []);
  t.deepEqual(wrong(trees(9)), [
    'x.yaml:2:1: the bridges need 270 buses: a segment has 255 besides the root bus',
  ]);
});
