// SPDX-License-Identifier: MIT
import {temporary} from '../base/temporary-cache.ts';
import {randomUUID} from 'node:crypto';
import {readFile, stat, truncate, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {createImage, difference, imageDifference, pattern} from '../../src/evidence/image.ts';

const someFile = (): string => path.join(temporary, randomUUID());

test('no block of a pattern is like another, of the same disk or of another', (t) => {
  const blocks = ['a', 'b'].flatMap((seed) => {
    const data = pattern(seed, 64 * 512);
    return Array.from({length: 64}, (_, index) => data.toString('latin1', index * 512, (index + 1) * 512));
  });
  t.is(new Set(blocks).size, 128);
  t.true(pattern('a', 4096).equals(pattern('a', 8192).subarray(0, 4096)));
});

test('an image begins with its head, and is sparse zeros after it', async (t) => {
  const file = someFile();
  await createImage(file, 2 ** 20, pattern('a', 4096));
  const {size, blocks} = await stat(file);
  t.is(size, 2 ** 20);
  t.true(blocks * 512 < 2 ** 19);
  t.true((await readFile(file)).equals(Buffer.concat([pattern('a', 4096), Buffer.alloc(2 ** 20 - 4096)])));
  await t.throwsAsync(createImage(file, 1, Buffer.alloc(1)), {code: 'EEXIST'});
});

testProp(
  'where bytes differ',
  [fc.uint8Array({maxLength: 300}), fc.uint8Array({maxLength: 300})],
  (t, actual, expected) => {
    const wrong = Array.from({length: Math.max(actual.length, expected.length)}, (_, at) => at).filter(
      (at) => actual[at] !== expected[at],
    );
    t.deepEqual(
      difference(actual, expected),
      wrong[0] === undefined ? undefined : {offset: wrong[0], bytes: wrong.length},
    );
  },
);

const piece = 1024 * 1024;
const size = 2.5 * piece;

test('an image is compared as a whole, also beyond its head', async (t) => {
  const head = pattern('a', 1.25 * piece);
  const file = someFile();
  await createImage(file, size, head);
  t.is(await imageDifference(file, head, size), undefined);
  for (const offset of [0, piece - 1, piece, head.length - 1, head.length, 2 * piece, size - 1]) {
    const data = await readFile(file);
    data[offset] = (data[offset] ?? 0) ^ 0xff;
    const changed = someFile();
    await writeFile(changed, data);
    t.deepEqual(await imageDifference(changed, head, size), {offset, bytes: 1});
  }
  await truncate(file, size - 10);
  t.deepEqual(await imageDifference(file, head, size), {offset: size - 10, bytes: 10});
});

test('differences in several pieces of an image add up', async (t) => {
  const file = someFile();
  const data = Buffer.alloc(size);
  data.fill(1, piece - 4, piece + 6);
  data.fill(1, 2 * piece + 1, 2 * piece + 6);
  await writeFile(file, data);
  t.deepEqual(await imageDifference(file, Buffer.alloc(0), size), {offset: piece - 4, bytes: 15});
});
