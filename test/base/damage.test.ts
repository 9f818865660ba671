// SPDX-License-Identifier: MIT
import {temporary} from './temporary-cache.ts';
import {existsSync, lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import * as z from 'zod';
import {recordingContext} from './contexts.ts';
import {contentsOf, damages, filesBelow} from './damaging.ts';
import {
  DamagedEntry,
  manifestPath,
  readRecord,
  repaired,
  requireIntact,
  stored,
  type StoreKind,
  storePath,
  writeRecord,
} from '../../src/base/store.ts';

const checked: readonly StoreKind[] = [
  'kernels',
  'kits',
  'qemus',
  'modules',
  'tools',
  'images',
  'userlands',
  'keys',
];

const files = {bzImage: 'kernel', vmlinux: 'symbols', 'sub/kernel.json': '{"key": 1}'};

function make(folder: string): Promise<void> {
  mkdirSync(path.join(folder, 'sub'));
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(folder, name), content);
  return Promise.resolve();
}

for (const [how, damage] of Object.entries(damages)) {
  for (const kind of checked) {
    test(`each file of an entry of ${kind} is made again when it is ${how}`, async (t) => {
      const get = (): Promise<string> => stored(kind, `damaged ${how}`, 'a thing', recordingContext(), make);
      const folder = await get();
      const manifest = manifestPath(kind, `damaged ${how}`);
      const all = [...filesBelow(folder), manifest];
      t.is(all.length, 4);
      const whole = contentsOf(filesBelow(folder));
      for (const file of all) {
        damage(file);
        const context = recordingContext();
        await stored(kind, `damaged ${how}`, 'a thing', context, make);
        t.deepEqual(contentsOf(filesBelow(folder)), whole, file);
        t.regex(context.reports.map(({text}) => text).join(), /is damaged \(.*\); making it again/, file);
        const inode = lstatSync(folder).ino;
        await get();
        t.is(lstatSync(folder).ino, inode, 'what is intact is not made again');
      }
      // Others may be reading what was damaged.
      const aside = readdirSync(path.dirname(folder)).filter((name) =>
        name.startsWith(`damaged ${how}.partial-`),
      );
      t.is(aside.length, 4);
    });
  }

  test(`a record that is ${how} was never written`, async (t) => {
    const schema = z.object({version: z.string()});
    await writeRecord('probes', how, {version: '10.0.2'});
    t.deepEqual(readRecord('probes', how, schema), {version: '10.0.2'});
    damage(`${storePath('probes', how)}.json`);
    t.is(readRecord('probes', how, schema), undefined);
  });
}

test('a file that is missing is made again', async (t) => {
  const folder = await stored('kernels', 'incomplete', 'a thing', recordingContext(), make);
  rmSync(path.join(folder, 'bzImage'));
  await stored('kernels', 'incomplete', 'a thing', recordingContext(), make);
  t.true(existsSync(path.join(folder, 'bzImage')));
});

test('a source is checked when it is read, and brought again', async (t) => {
  for (const damage of Object.values(damages)) {
    const bring = (): Promise<string> => stored('sources', 'some', 'a source', recordingContext(), make);
    damage(path.join(await bring(), 'vmlinux'));
    await requireIntact('sources', 'some', ['bzImage']);
    const context = recordingContext();
    let brought = 0;
    const used = await repaired('a kernel', context, async () => {
      brought++;
      await bring();
      await requireIntact('sources', 'some');
      return 'used';
    });
    t.is(used, 'used');
    t.is(brought, 2);
    t.regex(context.reports[0]?.text ?? '', /was damaged: vmlinux has changed; making it again/);
  }
});

test('what is damaged again and again is an error of the host', async (t) => {
  const context = recordingContext();
  const again = repaired('a kernel', context, async () => {
    damages['truncated']?.(path.join(await stored('sources', 'bad disk', 'it', context, make), 'vmlinux'));
    await requireIntact('sources', 'bad disk');
  });
  const error = await t.throwsAsync(again, {instanceOf: DamagedEntry});
  t.is(error.exitCode, 3);
  t.regex(error.hint ?? '', /check the disk/);
});

test('processes that find the same damage make it again once', async (t) => {
  let makings = 0;
  const get = (): Promise<string> =>
    stored('tools', 'shared', 'a thing', recordingContext(), (folder) => {
      makings++;
      return make(folder);
    });
  damages['truncated']?.(path.join(await get(), 'bzImage'));
  makings = 0;
  await Promise.all(Array.from({length: 6}, get));
  t.is(makings, 1);
});

test('a cache that is deleted meanwhile is told as that', async (t) => {
  const deleted = stored('objects', 'deleted', 'a thing', recordingContext(), async (folder) => {
    rmSync(path.join(temporary, 'cache/p2plab/objects'), {recursive: true});
    await Promise.reject(new Error(`make: ${folder}: No such file or directory`));
  });
  const error = await t.throwsAsync(deleted, {
    message: /^the cache .* was deleted while p2plab used it \(a thing\)$/,
  });
  t.is((error as unknown as {exitCode: number}).exitCode, 3);
});
