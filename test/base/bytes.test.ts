// SPDX-License-Identifier: MIT
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {formatBytes, roundBytes} from '../../src/base/bytes.ts';
import {parseSize} from '../../src/spec/size.ts';

test('evidence is exact: the largest unit that leaves no rest', (t) => {
  const shown = [0, 1, 512, 1024, 4096, 8336, 65_536, 2 ** 20, 3 * 2 ** 30, 2 ** 41, 365_719_859].map(
    formatBytes,
  );
  t.deepEqual(shown, [
    ...['0 B', '1 B', '512 B', '1 KiB', '4 KiB', '8336 B', '64 KiB', '1 MiB', '3 GiB', '2 TiB'],
    '365719859 B',
  ]);
});

test('what a person looks at is rounded, in units up to TiB', (t) => {
  const sizes = [
    0,
    1023,
    1024,
    1536,
    10_239,
    2 ** 20 - 1,
    365_719_859,
    1.4 * 2 ** 30,
    2 ** 40 - 1,
    5000 * 2 ** 40,
  ];
  t.deepEqual(sizes.map(roundBytes), [
    ...['0 B', '1023 B', '1 KiB', '1.5 KiB', '10 KiB', '1 MiB', '349 MiB', '1.4 GiB', '1 TiB', '5000 TiB'],
  ]);
});

testProp('what is exact can be read back', [fc.nat({max: Number.MAX_SAFE_INTEGER})], (t, bytes) => {
  const [, value = '', unit = ''] = /^(\d+) (B|KiB|MiB|GiB|TiB)$/.exec(formatBytes(bytes)) ?? [];
  const power = ['B', 'KiB', 'MiB', 'GiB', 'TiB'].indexOf(unit);
  t.is(Number(value) * 1024 ** power, bytes);
  // A spec says it without the space, and knows no TiB.
  if (bytes > 0 && power > 0 && power < 4) t.is(parseSize(`${value}${unit}`), bytes);
});
