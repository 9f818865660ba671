// SPDX-License-Identifier: MIT
import test from 'ava';
import {checkScenario, scenarioSchema} from '../../src/scenario/scenario-file.ts';
import {verbNames} from '../../src/steps/registry.ts';
import {topologySchema} from '../../src/spec/topology.ts';
import {parseSpec} from '../../src/spec/yaml.ts';
import {wrong} from '../spec/wrong.ts';

const topology = parseSpec(
  `description: x
devices:
  rp0: {type: root-port}
  src: {type: nvme, disk: 4MiB}
  dst: {type: nvme, disk: 64KiB}
  cmb: {type: nvme, cmb: 2MiB}
  small: {type: nvme, cmb: 1MiB}
  nic0: {type: e1000e}
  display: {type: bochs-display, vram: 4MiB}
  shm: {type: ivshmem, size: 1MiB}
`,
  't.yaml',
  topologySchema,
).value;

const parse = (steps: string) =>
  parseSpec(`description: x\ntopology: t\nsteps:\n${steps}`, 'x.yaml', scenarioSchema);
const problems = (steps: string) =>
  wrong(() => {
    checkScenario(parse(steps), topology);
  });

test('a step comes out discriminated on its verb', (t) => {
  const {value} = parse(`
  - load: {module: p2pdma_switch, parameters: {a: 1}, rebind: [src, dst]}
  - copy: {from: src, through: cmb, to: dst, bytes: 64KiB, chunk: 4KiB}
    expect: peer
    timeout: 5
    name: there
  - blit: {from: src, to: display, width: 640, height: 400}
  - transmit: {from: src, through: host-memory, nic: nic0, bytes: 16KiB}
  - run: {command: [echo, hi]}
`);
  t.deepEqual(value.steps, [
    {verb: 'load', options: {module: 'p2pdma_switch', parameters: {a: 1}, rebind: ['src', 'dst']}},
    {
      verb: 'copy',
      options: {
        from: 'src',
        through: 'cmb',
        to: 'dst',
        bytes: 65_536,
        chunk: 4096,
        readback: true,
        fromOffset: 0,
        toOffset: 0,
        stagedByCpu: false,
      },
      expect: 'peer',
      timeout: 5,
      name: 'there',
    },
    {verb: 'blit', options: {from: 'src', to: 'display', width: 640, height: 400}},
    {
      verb: 'transmit',
      options: {
        from: 'src',
        through: 'host-memory',
        nic: 'nic0',
        bytes: 16_384,
        payload: 1024,
        stagedByCpu: false,
      },
    },
    {verb: 'run', options: {command: ['echo', 'hi'], exit: 0}},
  ]);
  t.deepEqual(value.requires, []);
  t.false(value.continueOnFailure);
});

const good: readonly string[] = [
  '  - copy: {from: src, through: small, bytes: 4KiB}',
  '  - mmap: {provider: small, bytes: 4KiB, expect-error: ENOENT}',
  '  - copy: {from: src, through: cmb, bytes: 1984KiB}',
  '  - copy: {from: src, through: shm, to: src, bytes: 512KiB, to-offset: 512KiB}',
  '  - copy: {from: src, through: host-memory, to: dst, bytes: 4KiB, to-offset: 60KiB, readback: false}',
  '  - blit: {from: src, to: display, width: 512, height: 512}',
  '  - copy: {from: src, through: cmb, to: dst, bytes: 4KiB, staged-by-cpu: true}',
  '  - load: {module: p2plab}',
  '  - transmit: {from: src, through: display, nic: nic0, bytes: 4KiB, payload: 512}',
];

for (const step of good) {
  test(`fits: ${step.trim()}`, (t) => {
    t.deepEqual(problems(step), []);
  });
}

const cases: readonly [string, string, readonly string[]][] = [
  ['no steps', '  []', ['x.yaml:4:3: steps: Too small: expected array to have >=1 items']],
  [
    'a step without a verb',
    '  - name: x',
    ['x.yaml:4:5: a step needs a verb', `one of ${verbNames.join(', ')}`],
  ],
  ['an unknown verb', '  - cpoy: {}', ['x.yaml:4:5: unknown key "cpoy"', 'did you mean "copy"?']],
  [
    'two verbs',
    '  - run: {command: [a]}\n    load: {module: a}',
    ['x.yaml:4:5: a step has one verb', 'make two steps of it'],
  ],
  [
    'an expectation of what moves nothing',
    '  - run: {command: [a]}\n    expect: peer',
    ['x.yaml:5:5: "run" moves no data', 'drop "expect"'],
  ],
  [
    'an unknown expectation',
    '  - copy: {from: src, through: cmb, bytes: 4KiB}\n    expect: pear',
    ['x.yaml:5:13: expect: "pear"', 'did you mean "peer"?'],
  ],
  [
    'an unknown option',
    '  - copy: {from: src, trough: cmb, through: cmb, bytes: 4KiB}',
    ['x.yaml:4:23: unknown key "trough"', 'did you mean "through"?'],
  ],
  [
    'half pages',
    '  - copy: {from: src, through: cmb, bytes: 6KiB}',
    ['x.yaml:4:44: not a multiple of 4 KiB'],
  ],
  [
    'an unknown device',
    '  - copy: {from: scr, through: cmb, bytes: 4KiB}',
    ['x.yaml:4:18: the topology has no device "scr"', 'did you mean "src"?'],
  ],
  [
    'a source without a disk',
    '  - copy: {from: cmb, through: cmb, bytes: 4KiB}',
    ['x.yaml:4:18: "cmb" has no disk', 'take src or dst'],
  ],
  [
    'a provider without memory',
    '  - copy: {from: src, through: dst, bytes: 4KiB}',
    ['x.yaml:4:32: "dst" provides no memory to peers', 'take cmb or display or shm, or host-memory'],
  ],
  [
    'more than the disk holds',
    '  - copy: {from: src, through: cmb, to: dst, bytes: 128KiB}',
    ['x.yaml:4:41: 131072 bytes are more than the disk of "dst" holds: 64 KiB'],
  ],
  [
    'beyond the end of the disk',
    '  - copy: {from: src, through: cmb, bytes: 4KiB, from-offset: 4MiB}',
    ['x.yaml:4:18: 4096 bytes from 4194304 on are more than the disk of "src" holds: 4 MiB'],
  ],
  [
    'more than the provider has',
    '  - transmit: {from: src, through: shm, nic: nic0, bytes: 8MiB}',
    [
      'x.yaml:4:22: 8388608 bytes are more than the disk of "src" holds: 4 MiB',
      'x.yaml:4:36: 8388608 bytes are more than "shm" provides: 1 MiB',
    ],
  ],
  [
    'all of a CMB that Linux does not register',
    '  - drain-pool: {provider: small, piece: 4KiB}',
    [
      'x.yaml:4:28: Linux does not give the CMB of "small" to peers: 1 MiB is not a multiple of 2 MiB',
      'only copy, io and mmap can show that',
    ],
  ],
  [
    'all of a CMB, of which Linux has taken 64 KiB for its queue',
    '  - copy: {from: src, through: cmb, bytes: 1988KiB}',
    ['x.yaml:4:32: 2035712 bytes are more than "cmb" provides: 1984 KiB'],
  ],
  [
    'a chunk longer than all',
    '  - copy: {from: src, through: cmb, bytes: 4KiB, chunk: 8KiB}',
    ['x.yaml:4:57: a chunk is not longer than all bytes', 'at most 4096'],
  ],
  [
    'a copy onto its source',
    '  - copy: {from: src, through: cmb, to: src, bytes: 8KiB, to-offset: 4KiB}',
    ['x.yaml:4:41: the copy overlaps its source', 'give a "to-offset" of at least 8192'],
  ],
  [
    'an offset that is nowhere',
    '  - copy: {from: src, through: cmb, bytes: 4KiB, to-offset: 4KiB}',
    ['x.yaml:4:61: "to-offset" goes with "to"'],
  ],
  [
    'a copy in which no device reaches for the provider',
    '  - copy: {from: src, through: cmb, bytes: 4KiB, staged-by-cpu: true}',
    ['x.yaml:4:65: no device would reach for the provider', 'give a "to", or drop "staged-by-cpu"'],
  ],
  [
    'a drive for a NIC',
    '  - transmit: {from: src, through: cmb, nic: dst, bytes: 4KiB}',
    ['x.yaml:4:46: "dst" is no NIC', 'take nic0'],
  ],
  [
    'a payload that no frame carries',
    '  - transmit: {from: src, through: cmb, nic: nic0, bytes: 4KiB, payload: 2KiB}',
    ['x.yaml:4:74: more than a frame carries: 1496 bytes'],
  ],
  [
    'payloads that do not add up',
    '  - transmit: {from: src, through: cmb, nic: nic0, bytes: 4KiB, payload: 1000}',
    ['x.yaml:4:74: the payloads do not add up to the bytes', 'take a divisor, as 512 or 1KiB'],
  ],
  [
    'a picture on a drive',
    '  - blit: {from: src, to: dst, width: 512, height: 8}',
    ['x.yaml:4:27: "dst" is no display', 'take display'],
  ],
  [
    'a picture larger than its source and the screen',
    '  - blit: {from: src, to: display, width: 1024, height: 2048}',
    [
      'x.yaml:4:18: 8388608 bytes are more than the disk of "src" holds: 4 MiB',
      'x.yaml:4:43: 1024x2048 needs 8388608 bytes of VRAM: "display" has 4194304',
    ],
  ],
  [
    'a picture of half pages',
    '  - blit: {from: src, to: display, width: 8, height: 8}',
    [
      'x.yaml:4:11: the picture does not fill whole pages of 4 KiB',
      'take a width that is a multiple of 128, or 640x480, 800x640, 1024x768',
    ],
  ],
  [
    'a bridge to be bound again',
    '  - load: {module: a, rebind: [rp0]}',
    ['x.yaml:4:32: "rp0" is a bridge: its driver stays', 'name the endpoints below it'],
  ],
  ['a module that is a path', '  - load: {module: ../a}', ['x.yaml:4:20: module: not a name of a module']],
  [
    'a parameter that is several words',
    '  - load: {module: a, parameters: {b: "c d"}}',
    ['x.yaml:4:39: not a value that a module takes: a whole number, true, false or a word'],
  ],
  [
    'an empty command',
    '  - run: {command: []}',
    ['x.yaml:4:20: command: Too small: expected array to have >=1 items'],
  ],
];

for (const [what, step, expected] of cases) {
  test(`refused: ${what}`, (t) => {
    t.deepEqual(problems(step), expected);
  });
}

test('refused: a feature that the lab does not know', (t) => {
  const text = 'description: x\ntopology: t\nrequires: [map-pge]\nsteps:\n  - run: {command: [a]}\n';
  t.deepEqual(
    wrong(() => parseSpec(text, 'x.yaml', scenarioSchema)),
    ['x.yaml:3:12: requires: "map-pge"', 'did you mean "map-page"?'],
  );
});
