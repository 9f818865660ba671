// SPDX-License-Identifier: MIT
import {PassThrough} from 'node:stream';
import {finished} from 'node:stream/promises';
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {onLines} from '../../src/guest/lines.ts';

async function read(chunks: readonly string[], limit = 1000): Promise<readonly string[]> {
  const stream = new PassThrough();
  const lines: string[] = [];
  onLines(stream, limit, (line) => lines.push(line));
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  await finished(stream);
  return lines;
}

const text = fc.stringMatching(/^[a-c\r\n]{0,40}$/);

testProp('lines do not depend on how they arrive', [fc.array(text)], async (t, chunks) => {
  const whole = chunks.join('').split(/\r?\n/).slice(0, -1);
  t.deepEqual(await read(chunks), whole);
});

test('a line without an end takes no more than the limit', async (t) => {
  const lines = await read([...Array.from({length: 100}, () => 'x'.repeat(1000)), '\nnext\n'], 64);
  t.deepEqual(lines, ['x'.repeat(64), 'next']);
});

test('a line that arrives at once is cut, too', async (t) => {
  t.deepEqual(await read([`${'x'.repeat(200)}\nnext\n`], 64), ['x'.repeat(64), 'next']);
});

test('a stream that breaks is its end, no error', async (t) => {
  const stream = new PassThrough();
  onLines(stream, 10, () => undefined);
  stream.destroy(new Error('reset by peer'));
  await t.throwsAsync(finished(stream), {message: 'reset by peer'});
});
