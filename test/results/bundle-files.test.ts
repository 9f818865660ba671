// SPDX-License-Identifier: MIT
import {temporary} from '../base/temporary-cache.ts';
import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, symlinkSync, truncateSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {bundleFiles, readBundleEnds, readBundleFile} from '../../src/results/bundle-files.ts';

const secret = path.join(temporary, 'secret');
mkdirSync(secret);
writeFileSync(path.join(secret, 'key.txt'), 'secret');

const bundle = path.join(temporary, 'hostile');
mkdirSync(path.join(bundle, 'screens'), {recursive: true});
writeFileSync(path.join(bundle, 'dmesg.txt'), 'a log');
writeFileSync(path.join(bundle, 'screens/display.png'), 'a picture');
symlinkSync(path.join(secret, 'key.txt'), path.join(bundle, 'absolute.txt'));
symlinkSync('../secret/key.txt', path.join(bundle, 'relative.txt'));
symlinkSync('dmesg.txt', path.join(bundle, 'own.txt'));
symlinkSync('../secret', path.join(bundle, 'folder'));
symlinkSync('loop.txt', path.join(bundle, 'loop.txt'));
symlinkSync('/dev/zero', path.join(bundle, 'zero.txt'));
symlinkSync('/proc/self/environ', path.join(bundle, 'environ.txt'));
execFileSync('mkfifo', [path.join(bundle, 'fifo.txt')]);
const devices = process.getuid?.() === 0;
if (devices) {
  // The zero device itself: to read it to its end fills the memory.
  try {
    execFileSync('mknod', [path.join(bundle, 'device.txt'), 'c', '1', '5'], {stdio: 'ignore'});
  } catch {
    // A container may not make one.
  }
}

test('a file of a bundle is read, and one that is not there is undefined', async (t) => {
  t.is((await readBundleFile(bundle, 'dmesg.txt', 100))?.toString(), 'a log');
  t.is((await readBundleFile(bundle, 'screens/display.png', 100))?.toString(), 'a picture');
  t.is(await readBundleFile(bundle, 'none.txt', 100), undefined);
  t.is(await readBundleFile(path.join(temporary, 'none'), 'dmesg.txt', 100), undefined);
});

for (const name of ['absolute.txt', 'relative.txt', 'own.txt', 'loop.txt', 'zero.txt', 'environ.txt'])
  test(`no link is followed: ${name}`, async (t) => {
    await t.throwsAsync(readBundleFile(bundle, name, 100), {message: /is a symbolic link, no regular file/});
    await t.throwsAsync(readBundleEnds(bundle, name, {head: 1, tail: 1}), {message: /symbolic link/});
  });

test('nor one to a folder, wherever it stands in the path', async (t) => {
  await t.throwsAsync(readBundleFile(bundle, 'folder/key.txt', 100), {message: /folders of the bundle/});
  await t.throwsAsync(readBundleFile(bundle, 'dmesg.txt/key.txt', 100), {message: /folders of the bundle/});
});

test('what never ends is not begun', async (t) => {
  const begun = performance.now();
  await t.throwsAsync(readBundleFile(bundle, 'fifo.txt', 100), {message: /is a FIFO/});
  await t.throwsAsync(readBundleFile(bundle, 'screens', 100), {message: /is a directory/});
  if (existsSync(path.join(bundle, 'device.txt')))
    await t.throwsAsync(readBundleFile(bundle, 'device.txt', 100), {message: /is a device/});
  t.true(performance.now() - begun < 5000);
});

for (const name of [
  '../secret/key.txt',
  'screens/../../secret/key.txt',
  '/etc/passwd',
  './dmesg.txt',
  'a\0b',
  '',
  '..',
])
  test(`no name leads out of a bundle: ${JSON.stringify(name)}`, async (t) => {
    await t.throwsAsync(readBundleFile(bundle, name, 100), {message: /is no name of a file in a bundle/});
  });

test('a file that is too large is refused before it is read', async (t) => {
  const file = path.join(bundle, 'large.txt');
  writeFileSync(file, '');
  // It takes no room, and is larger than memory.
  truncateSync(file, 2 ** 42);
  await t.throwsAsync(readBundleFile(bundle, 'large.txt', 2 ** 20), {
    message: /its large\.txt is larger than 1 MiB/,
  });
  const ends = await readBundleEnds(bundle, 'large.txt', {head: 10, tail: 20});
  t.like(ends, {size: 2 ** 42});
  t.is(ends?.head.length, 10);
  t.is(ends?.tail?.length, 20);
});

test('what the kernel makes up as it is read is bounded, too', async (t) => {
  // A file of /proc says that it is empty.
  await t.throwsAsync(readBundleFile('/proc/self', 'smaps', 100), {message: /larger than 100 B/});
});

test('a list has regular files alone', async (t) => {
  const names = (await bundleFiles(bundle)).map(({name}) => name).filter((name) => name !== 'large.txt');
  t.deepEqual(names, ['dmesg.txt', 'screens/display.png']);
  t.deepEqual(await bundleFiles(path.join(temporary, 'none')), []);
});
