// SPDX-License-Identifier: MIT
import {spawn} from 'node:child_process';
import {existsSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {mkdir, readFile, stat, utimes, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {temporary} from './temporary-cache.ts';
import {recordingContext} from './contexts.ts';
import {Interrupted} from '../../src/base/errors.ts';
import {withLock} from '../../src/base/lock.ts';
import {stored, storePath} from '../../src/base/store.ts';

test('callers at the same time share one making', async (t) => {
  let makings = 0;
  const make = async (folder: string): Promise<void> => {
    makings++;
    await writeFile(path.join(folder, 'thing'), 'made');
  };
  const folders = await Promise.all(
    Array.from({length: 8}, () => stored('tools', 'shared', 'a thing', recordingContext(), make)),
  );
  t.is(makings, 1);
  t.is(new Set(folders).size, 1);
  t.is(await readFile(path.join(folders[0] ?? '', 'thing'), 'utf8'), 'made');
});

test('what could not be made is not there, and is made anew', async (t) => {
  const failing = stored('tools', 'broken', 'a thing', recordingContext(), async (folder) => {
    await writeFile(path.join(folder, 'half'), '');
    throw new Error('no');
  });
  await t.throwsAsync(failing, {message: 'no'});
  t.false(existsSync(storePath('tools', 'broken')));
  t.deepEqual(
    readdirSync(storePath('tools', '.')).filter((name) => name.startsWith('broken.partial')),
    [],
  );
  const folder = await stored('tools', 'broken', 'a thing', recordingContext(), () => Promise.resolve());
  t.false(existsSync(path.join(folder, 'half')));
});

test('use renews the time', async (t) => {
  const make = (): Promise<void> => Promise.resolve();
  const folder = await stored('tools', 'used', 'a thing', recordingContext(), make);
  await utimes(folder, 0, 0);
  await stored('tools', 'used', 'a thing', recordingContext(), make);
  t.true((await stat(folder)).mtimeMs > 0);
});

test('a lock outlives nobody: not even a holder that is killed', async (t) => {
  const file = path.join(temporary, 'lock');
  const module = path.resolve(import.meta.dirname, '../../src/base/lock.ts');
  const program = `
    import {withLock} from ${JSON.stringify(module)};
    const context = {signal: new AbortController().signal, report() {}};
    await withLock(${JSON.stringify(file)}, 'test', context, () => new Promise((resolve) => {
      console.log('held');
      setTimeout(resolve, 100_000);
    }));`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => holder.stdout.once('data', resolve));
  const impatient = {...recordingContext(), signal: AbortSignal.timeout(500)};
  await t.throwsAsync(
    withLock(file, 'test', impatient, () => Promise.resolve()),
    {instanceOf: Interrupted},
  );
  t.deepEqual(impatient.reports, [{topic: 'test', text: 'waiting for another p2plab that is at it'}]);
  holder.kill('SIGKILL');
  t.is(await withLock(file, 'test', recordingContext(), () => Promise.resolve('ours')), 'ours');
});

test('work under one lock never overlaps', async (t) => {
  await mkdir(temporary, {recursive: true});
  const file = path.join(temporary, 'exclusive');
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({length: 6}, () =>
      withLock(file, 'test', recordingContext(), async () => {
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside--;
      }),
    ),
  );
  t.is(most, 1);
});

test('a lock is on the file that has the name, and a result under one that was deleted is not accepted', async (t) => {
  const file = path.join(temporary, 'deleted/lock');
  const order: string[] = [];
  const first = withLock(file, 'first', recordingContext(), async () => {
    rmSync(path.dirname(file), {recursive: true});
    const second = await withLock(file, 'second', recordingContext(), () => Promise.resolve('second'));
    order.push(second);
  });
  const error = await t.throwsAsync(first, {message: /was deleted while p2plab held this lock \(first\)/});
  t.is((error as unknown as {exitCode: number}).exitCode, 3);
  t.deepEqual(order, ['second'], 'nobody waits for a file that is gone');
});

test('who waited for a lock on a file that was replaced waits for the new one', async (t) => {
  const file = path.join(temporary, 'replaced');
  let inside = 0;
  let most = 0;
  const enter = async (): Promise<void> => {
    most = Math.max(most, ++inside);
    await new Promise((resolve) => setTimeout(resolve, 200));
    inside--;
  };
  let waiting: Promise<void> = Promise.resolve();
  const first = withLock(file, 'first', recordingContext(), async () => {
    waiting = withLock(file, 'waiting', recordingContext(), enter);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    rmSync(file);
    writeFileSync(file, '');
  });
  await t.throwsAsync(first);
  await Promise.all([waiting, withLock(file, 'new', recordingContext(), enter)]);
  t.is(most, 1);
});
