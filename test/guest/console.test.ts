// SPDX-License-Identifier: MIT
import {appendFile, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {ConsoleRecorder} from '../../src/guest/console.ts';

const folder = await mkdtemp(path.join(tmpdir(), 'p2plab-console-'));
test.after.always(() => rm(folder, {recursive: true, force: true}));

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('lines are told while the file grows, and the rest at the end', async (t) => {
  const file = path.join(folder, 'grows');
  const lines: string[] = [];
  const recorder = ConsoleRecorder.start(
    file,
    (line) => lines.push(line),
    () => t.fail(),
  );
  await appendFile(file, 'first\r\nsec');
  await until(() => lines.length === 1);
  t.deepEqual(lines, ['first']);
  await appendFile(file, 'ond\nlast\n');
  recorder.end();
  t.deepEqual(lines, ['first', 'second', 'last']);
});

test('a console without an end is given up at 16 MiB, and that is told once', async (t) => {
  const file = path.join(folder, 'endless');
  let full = 0;
  let lines = 0;
  const recorder = ConsoleRecorder.start(
    file,
    () => lines++,
    () => full++,
  );
  const megabyte = `${'x'.repeat(1023)}\n`.repeat(1024);
  for (let i = 0; i < 20; i++) await appendFile(file, megabyte);
  await until(() => full > 0);
  recorder.end();
  t.is(full, 1);
  t.is(lines, 16 * 1024);
});
