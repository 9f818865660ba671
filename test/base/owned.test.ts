// SPDX-License-Identifier: MIT
import {temporary} from './temporary-cache.ts';
import {spawn} from 'node:child_process';
import {existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {recordingContext} from './contexts.ts';
import {own, removeOrphans} from '../../src/base/owned.ts';
import {writeNote} from '../../src/base/store.ts';
import {collectGarbage} from '../../src/build/kernel-store.ts';
import {removeAbandoned} from '../../src/results/abandoned.ts';
import {bundlesRoot} from '../../src/results/bundle.ts';

const module = path.resolve(import.meta.dirname, '../../src/base/owned.ts');

/** A process that owns a bundle, one that it finished, and a scratch folder. */
async function owner(
  name: string,
): Promise<{readonly folders: readonly string[]; readonly kill: () => Promise<void>}> {
  const [running, finished, scratch] = ['running', 'finished', 'scratch-'].map((one) =>
    path.join(temporary, name, one),
  );
  const program = `
    import {own, makeScratch} from ${JSON.stringify(module)};
    import {mkdirSync, writeFileSync} from 'node:fs';
    for (const folder of ${JSON.stringify([running, finished])}) {
      await own(folder, 'SHA256SUMS');
      mkdirSync(folder, {recursive: true});
      writeFileSync(folder + '/console.log', '');
    }
    writeFileSync(${JSON.stringify(`${String(finished)}/SHA256SUMS`)}, '');
    console.log(await makeScratch(${JSON.stringify(scratch)}));
    setTimeout(() => {}, 100_000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const made = await new Promise<string>((resolve) => {
    child.stdout.once('data', (chunk: Buffer) => {
      resolve(chunk.toString().trim());
    });
  });
  const kill = async (): Promise<void> => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  };
  return {folders: [String(running), String(finished), made], kill};
}

test.serial('what a killed lab did not finish goes with the next start; a live one keeps all', async (t) => {
  t.timeout(120_000);
  const [live, dead] = await Promise.all([owner('live'), owner('dead')]);
  await dead.kill();
  const removed = await removeOrphans();
  t.deepEqual([...removed].sort(), [dead.folders[0], dead.folders[2]].toSorted());
  t.deepEqual(dead.folders.map(existsSync), [false, true, false]);
  t.deepEqual(live.folders.map(existsSync), [true, true, true]);
  await live.kill();
  await removeOrphans();
  t.deepEqual(live.folders.map(existsSync), [false, true, false]);
  t.deepEqual(readdirSync(path.join(temporary, 'state/p2plab/owned')), []);
});

test.serial('a later process with the number of the dead one does not keep what it left', async (t) => {
  const folder = path.join(temporary, 'reused');
  mkdirSync(folder);
  const release = await own(folder);
  t.deepEqual(await removeOrphans(), [], 'it is ours');
  await release();
  const {readFileSync, readlinkSync} = await import('node:fs');
  await writeNote(path.join(temporary, 'state/p2plab/owned/0123'), {
    owner: {
      pid: process.pid,
      started: '1',
      boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
      namespace: readlinkSync('/proc/self/ns/pid'),
    },
    folder,
  });
  t.deepEqual(await removeOrphans(), [folder]);
});

test.serial('bundles that older labs left go after a day, none that holds a result', async (t) => {
  const old = '2026-11-20T101112Z_a_b_abcdef';
  const names = [old, `${old}1`, `${old}2/c_abcdef`, '2026-11-20T101112Z_new', 'mine'];
  for (const name of names) {
    mkdirSync(path.join(bundlesRoot, name), {recursive: true});
    writeFileSync(path.join(bundlesRoot, name, 'inputs.json'), '{}');
  }
  writeFileSync(path.join(bundlesRoot, `${old}1`, 'result.json'), '{}');
  writeFileSync(path.join(bundlesRoot, `${old}2/c_abcdef`, 'result.json'), '{}');
  for (const name of names.filter((one) => !one.endsWith('new')))
    for (const file of [path.join(name, 'inputs.json'), name])
      utimesSync(path.join(bundlesRoot, file), 1000, 1000);
  t.deepEqual(await removeAbandoned(), [path.join(bundlesRoot, old)]);
  t.is(readdirSync(bundlesRoot).length, 4);
  await t.notThrowsAsync(collectGarbage({keep: [], last: 0}, recordingContext()));
});
