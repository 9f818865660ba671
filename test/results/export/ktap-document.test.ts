// SPDX-License-Identifier: MIT
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {formatKtap, type KtapTest} from '../../../src/results/export/ktap-document.ts';
import {failures, readKtap, readKtapOfLog} from '../../helpers/ktap-reader.ts';

function golden(name: string): string {
  return readFileSync(path.join(import.meta.dirname, 'golden/ktap', `${name}.txt`), 'utf8');
}

test("KUnit's results among the other lines of a kernel's log, nested twice", (t) => {
  const {tests, problems} = readKtapOfLog(golden('kunit-dmesg'));
  t.deepEqual(problems, []);
  t.deepEqual(
    tests.map(({name, ok, subtests}) => [name, ok, subtests.length]),
    [
      ['p2pdma', false, 4],
      ['resource', true, 1],
    ],
  );
  t.deepEqual(tests[0]?.subtests[2]?.subtests, [
    {name: 'none', ok: true, diagnosis: ['Subtest: offset'], subtests: []},
    {
      name: '64KiB',
      ok: true,
      directive: 'SKIP',
      reason: 'no such bridge here',
      diagnosis: [],
      subtests: [],
    },
  ]);
  t.deepEqual(failures(tests), ['p2pdma > not_supported_across_ports']);
});

test('what KUnit says of a failure goes with it', (t) => {
  const {tests} = readKtapOfLog(golden('kunit-dmesg'));
  t.deepEqual(tests[0]?.subtests[1]?.diagnosis, [
    'not_supported_across_ports: EXPECTATION FAILED at drivers/pci/p2pdma_test.c:61',
  ]);
});

test('directives: a timeout is a failure, what is expected to fail is none, other words are data', (t) => {
  const {tests, problems} = readKtap(golden('kselftest'));
  t.deepEqual(problems, []);
  t.deepEqual(
    tests.map(({directive, reason}) => [directive, reason]),
    [
      [undefined, undefined],
      ['TIMEOUT', '45 seconds'],
      ['SKIP', 'no IOMMU here'],
      ['XFAIL', 'known since 2017'],
      [undefined, 'exit=1'],
    ],
  );
  t.deepEqual(failures(tests), ['selftests: p2p: unplug.sh', 'selftests: p2p: igb.sh']);
});

const broken: Readonly<Record<string, readonly [readonly string[], RegExp]>> = {
  'fewer results than planned': [['KTAP version 1', '1..2', 'ok 1 a'], /2 results were planned, 1 are there/],
  'an end in the middle of subtests': [
    ['KTAP version 1', '1..1', '  KTAP version 1', '  1..1', '  ok 1 a'],
    /ends in the middle/,
  ],
  'a number that is left out': [['KTAP version 1', 'ok 1 a', 'ok 3 c'], /result 2 has the number 3/],
  'a plan inside that is not kept': [
    ['KTAP version 1', '1..1', '  KTAP version 1', '  1..3', '  ok 1 a', 'ok 1 all'],
    /3 results were planned, 1 are there/,
  ],
};

for (const [what, [lines, problem]] of Object.entries(broken)) {
  test(`a broken document: ${what}`, (t) => {
    t.regex(readKtap(lines.join('\n')).problems[0] ?? '', problem);
  });
}

test('several documents in one text are one after the other; a text without any has no tests', (t) => {
  const two = ['KTAP version 1', '1..1', 'ok 1 a', 'noise', 'KTAP version 1', '1..1', 'not ok 1 b'];
  t.deepEqual(
    readKtap(two.join('\n')).tests.map(({name}) => name),
    ['a', 'b'],
  );
  t.deepEqual(readKtap('ok 1 nobody said that this is KTAP\n'), {tests: [], problems: []});
});

const name = fc.stringMatching(/^[a-z][a-z_:-]{0,12}$/);
const {tree} = fc.letrec<{tree: KtapTest}>((tie) => ({
  tree: fc.record({
    name,
    ok: fc.boolean(),
    diagnosis: fc.constant([]),
    subtests: fc.oneof(
      {depthSize: 'small', withCrossShrink: true},
      fc.constant([]),
      fc.array(tie('tree'), {minLength: 1, maxLength: 3}),
    ),
  }),
}));

function written(tests: readonly KtapTest[], indent = ''): readonly string[] {
  const lines = tests.flatMap(({name: called, ok, subtests}, index) => [
    ...(subtests.length === 0 ? [] : written(subtests, `${indent}  `)),
    'something else that the kernel says',
    `${indent}${ok ? 'ok' : 'not ok'} ${index + 1} ${called}`,
  ]);
  return [`${indent}KTAP version 1`, `${indent}1..${tests.length}`, ...lines];
}

testProp('what is written is what is read', [fc.array(tree, {minLength: 1, maxLength: 4})], (t, tests) => {
  t.deepEqual(readKtap(written(tests).join('\n')), {tests, problems: []});
});

testProp('and what we write ourselves', [fc.array(tree, {minLength: 1, maxLength: 4})], (t, tests) => {
  t.deepEqual(readKtap(formatKtap(tests)), {tests, problems: []});
});

test("no text of a test's can be a line of its own, or a directive", (t) => {
  const text = formatKtap([
    {
      name: 'a # SKIP b',
      ok: false,
      reason: 'x\nok 2 c',
      diagnosis: ['y\r\nok 3 d'],
      subtests: [],
    },
  ]);
  t.is(text, 'KTAP version 1\n1..1\n# y ok 3 d\nnot ok 1 a _ SKIP b # x ok 2 c\n');
});
