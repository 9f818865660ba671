// SPDX-License-Identifier: MIT
import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import ssh2 from 'ssh2';
import test from 'ava';
import {temporary} from '../base/temporary-cache.ts';
import {recordingContext} from '../base/contexts.ts';
import {ensureImage, replayArchive} from '../../src/image/initramfs.ts';

const context = recordingContext();
const program = path.join(temporary, 'p2p');
writeFileSync(program, 'a program\n');
const tool = {key: 'tool', file: program};
const module = {name: 'demo', key: 'module', file: program};

/** A member of an archive, as cpio reads it. */
function member(archive: Uint8Array, name: string): string {
  const folder = mkdtempSync(path.join(temporary, 'member-'));
  execFileSync('cpio', ['-id', '--quiet', name], {input: archive, cwd: folder});
  return readFileSync(path.join(folder, name), 'utf8');
}

test('images asked for at the same time are one, the same bytes for the same content', async (t) => {
  const images = await Promise.all(
    Array.from({length: 5}, () => ensureImage({arch: 'x86_64', tool, modules: [module]}, context)),
  );
  t.is(new Set(images.map(({file}) => file)).size, 1);
  const other = await ensureImage({arch: 'x86_64', tool, modules: []}, context);
  t.not(other.key, images[0]?.key);
  t.not(other.sha256, images[0]?.sha256);
});

test('every program has its libraries, every applet leads to busybox, every folder comes first', async (t) => {
  const {file} = await ensureImage({arch: 'x86_64', tool, modules: [module]}, context);
  const names = execFileSync('cpio', ['-it', '--quiet'], {input: readFileSync(file)})
    .toString()
    .trim()
    .split('\n');
  const seen = new Set<string>();
  for (const name of names) {
    const folder = path.dirname(name);
    t.true(folder === '.' || seen.has(folder), `${name} comes after ${folder}`);
    t.false(seen.has(name), `${name} is there once`);
    seen.add(name);
  }
  const needed =
    execFileSync('ldd', ['/usr/sbin/dropbear'])
      .toString()
      .match(/\/\S+(?= \(0x)/g) ?? [];
  t.true(needed.length > 2);
  for (const name of [
    ...needed.map((library) => library.slice(1)),
    'init',
    'bin/p2p',
    'bin/sh',
    'bin/mount',
  ]) {
    t.true(seen.has(name), name);
  }
  t.is(member(readFileSync(file), 'lib/modules/demo.ko'), 'a program\n');
});

test('the keys fit each other, and are for their owner only', async (t) => {
  const image = await ensureImage({arch: 'x86_64', tool, modules: []}, context);
  const key = ssh2.utils.parseKey(image.sshKey);
  if (key instanceof Error) throw key;
  const authorized = member(readFileSync(image.file), 'root/.ssh/authorized_keys').split(' ')[1];
  t.is(authorized, key.getPublicSSH().toString('base64'));
  const inImage = path.join(temporary, 'host_key');
  const folder = path.dirname(image.sshKeyFile);
  t.regex(image.hostPublicKey, /^ssh-ed25519 \S+$/);
  execFileSync('cp', [path.join(folder, 'host_key'), inImage]);
  t.true(execFileSync('dropbearkey', ['-y', '-f', inImage]).toString().includes(image.hostPublicKey));
  for (const file of [image.sshKeyFile, path.join(folder, 'host_key'), image.file]) {
    t.is(statSync(file).mode & 0o077, 0, file);
  }
});

test('a replay is an archive of its own, with what was sent', async (t) => {
  const archive = await replayArchive('echo again\n', [module]);
  t.is(member(archive, 'p2plab/replay'), 'echo again\n');
  t.is(member(archive, `lib/modules/${module.name}.ko`), readFileSync(module.file, 'utf8'));
});
