// SPDX-License-Identifier: MIT
import test from 'ava';
import {file, p2plab} from './p2plab.ts';

/** Bad input must be told with a clear word, on standard error alone, with exit code 2. */
const refused = test.macro(async (t, args: readonly string[], ...says: readonly string[]) => {
  const {exitCode, stdout, stderr} = await p2plab(args);
  t.is(exitCode, 2, stderr);
  t.is(stdout, '');
  for (const words of says) t.true(stderr.includes(words), `${words}\n${stderr}`);
  t.false(/^\s+at .*\.ts:/m.test(stderr), stderr);
});

test(
  'an unknown scenario',
  refused,
  ['run', 'nvme-copy-sam-switch'],
  'did you mean "nvme-copy-same-switch"?',
);
test('a glob of none', refused, ['run', 'nvme?x*'], 'no scenario matches nvme?x*', 'nic-from-cmb');
test('an unknown kernel', refused, ['run', '--kernel', 'basline'], 'did you mean "baseline"?');
test('an unknown topology', refused, ['topology', 'show', 'nvme-swich'], 'did you mean "nvme-switch"?');
test('neither a topology nor a scenario', refused, ['shell', 'nic-from-cnb'], 'did you mean "nic-from-cmb"?');
test('no series there', refused, ['run', '--series', '/none/there'], 'there is no series /none/there');
test('a wrong path of QEMU', refused, ['run', '--qemu', '/none/there'], '/none/there is not a QEMU');
test(
  'an unknown QEMU',
  refused,
  ['qemu', 'build', 'ruoted'],
  'there is no QEMU ruoted',
  'did you mean "routed"?',
);
test(
  'an unknown option',
  refused,
  ['run', '--frmat', 'json'],
  "unknown option '--frmat'",
  'Did you mean --format?',
);
test('an unknown command', refused, ['rn'], "unknown command 'rn'", 'Did you mean run?');
test('an unknown command of a command', refused, ['kernel', 'biuld'], 'Did you mean build?');
test(
  'an architecture that a kernel is not for',
  refused,
  ['kernel', 'build', 'linux-6.1', '--arch', 'aarch64'],
  'the kernel linux-6.1 cannot be built for aarch64',
  'it is for x86_64',
);
test('an unknown format', refused, ['run', '--format', 'xml'], 'text, json, ktap, junit');
test('an unknown variant', refused, ['run', '--variant', 'no-such-variant'], 'plain');
test('mutants as an option', refused, ['run', '--mutants', 'acs-ignored'], 'p2plab mutants [NAME…]');
test('random trees as an option', refused, ['run', '--random', '40'], 'p2plab random N [--seed S]');
test('a seed without trees', refused, ['run', '--seed', '1'], 'p2plab random N --seed S');
test('no jobs', refused, ['run', '--jobs', '0'], 'a whole number from 1 on');

/** The same for what a file of the user's holds. */
const refusedFile = test.macro(
  async (t, args: readonly string[], content: string, ...says: readonly string[]) => {
    const name = await file(`${t.title.replaceAll(/\W+/g, '-')}.yaml`, content);
    const {exitCode, stderr} = await p2plab([...args, name]);
    t.is(exitCode, 2, stderr);
    for (const words of says) t.true(stderr.includes(words), `${words}\n${stderr}`);
    t.false(/^\s+at .*\.ts:/m.test(stderr), stderr);
  },
);

test('a syntax error of YAML', refusedFile, ['run'], 'steps: [\n', '.yaml:2:1: Flow sequence');
test(
  'an unknown key and a wrong type, both told',
  refusedFile,
  ['run'],
  'description: x\ntopology: nvme-switch\nstep: 3\nsteps:\n  - copy: {from: src, through: cmb, bytes: many}\n',
  '.yaml:3:1: unknown key "step": did you mean "steps"?',
  '.yaml:5:44: not a size',
);
test(
  'a topology that no scenario can have',
  refusedFile,
  ['run'],
  'description: x\ntopology: nvme-swich\nsteps:\n  - copy: {from: src, through: cmb, bytes: 4KiB}\n',
  '.yaml:2:11: there is no topology "nvme-swich"',
);
test(
  'impossible trees',
  refusedFile,
  ['topology', 'show'],
  'description: x\ndevices:\n  a: {type: switch, on: b}\n  b: {type: switch, on: a}\n  c: {type: nvme, on: d}\n',
  '.yaml:3:25: "a" is below itself',
  '.yaml:5:23: there is no device "d"',
);
test(
  'a kernel without a source',
  refusedFile,
  ['run', '--kernel'],
  'description: x\nsource: {}\n',
  '.yaml:2:',
);
test('a series without a patch', refusedFile, ['run', '--series'], 'hello\n', 'holds no patch');

test('without a command there is help, and it is an error', async (t) => {
  const {exitCode, stderr} = await p2plab([]);
  t.is(exitCode, 2);
  t.true(stderr.includes('Usage: p2plab'));
});

test('--help is none', async (t) => {
  const {exitCode, stdout} = await p2plab(['run', '--help']);
  t.is(exitCode, 0);
  t.true(stdout.includes('--variant'));
});

test('--list runs nothing', async (t) => {
  const {exitCode, stdout} = await p2plab(['run', '--list', 'known-issues']);
  t.is(exitCode, 0);
  t.regex(stdout, /^known-issues\/nic-refused-across-root-ports +nic-root-ports +/m);
  t.false(stdout.includes('nvme-copy'));
});
