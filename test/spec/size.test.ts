// SPDX-License-Identifier: MIT
import {testProp} from '@fast-check/ava';
import test from 'ava';
import fc from 'fast-check';
import {formatBytes} from '../../src/base/bytes.ts';
import {multipleOf, parseSize, powerOfTwo, size} from '../../src/spec/size.ts';
import {parseSpec} from '../../src/spec/yaml.ts';
import {wrong} from './wrong.ts';

test('units are powers of two', (t) => {
  t.is(size.parse('64KiB'), 65_536);
  t.is(size.parse('16MiB'), 16_777_216);
  t.is(size.parse('1GiB'), 1_073_741_824);
  t.is(size.parse('512'), 512);
  t.is(size.parse(512), 512);
});

for (const text of [
  '"64KB"',
  '64 KiB',
  '0',
  '-1',
  '1.5',
  '1.5MiB',
  '0KiB',
  '01KiB',
  'MiB',
  '99999999999999GiB',
  '[]',
  '~',
]) {
  test(`no size: ${text}`, (t) => {
    const found = wrong(() => parseSpec(text, 'x.yaml', size));
    t.is(found.length, 1);
    t.regex(found[0] ?? '', /^x\.yaml:1:1: not a size: write 64KiB, 16MiB, 1GiB or a whole number of bytes$/);
  });
}

test('a power of two, a multiple', (t) => {
  t.is(powerOfTwo(2 ** 21).parse('2MiB'), 2 ** 21);
  t.deepEqual(
    wrong(() => parseSpec('1MiB', 'x.yaml', powerOfTwo(2 ** 21))),
    ['x.yaml:1:1: not a power of two of at least 2 MiB'],
  );
  t.deepEqual(
    wrong(() => parseSpec('3MiB', 'x.yaml', powerOfTwo(2 ** 21))),
    ['x.yaml:1:1: not a power of two of at least 2 MiB'],
  );
  t.deepEqual(
    wrong(() => parseSpec('4097', 'x.yaml', multipleOf(4096))),
    ['x.yaml:1:1: not a multiple of 4 KiB'],
  );
});

testProp('what is written can be read', [fc.integer({min: 1, max: 2 ** 39})], (t, bytes) => {
  const written = (size: number): string => formatBytes(size).replace(/ B$/, '').replace(' ', '');
  t.is(parseSize(written(bytes)), bytes);
  t.is(parseSize(written(bytes * 1024)), bytes * 1024);
});
