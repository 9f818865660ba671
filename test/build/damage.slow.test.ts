// SPDX-License-Identifier: MIT
import '../base/temporary-cache.ts';
import {existsSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {recordingContext} from '../base/contexts.ts';
import {contentsOf, damages, filesBelow} from '../base/damaging.ts';
import {DamagedEntry, stored, storePath} from '../../src/base/store.ts';
import {ensureGuestTool} from '../../src/build/guest-tool.ts';
import {remembered} from '../../src/build/memory.ts';
import {guardObjects} from '../../src/build/objects.ts';
import type {Source} from '../../src/build/sources/source.ts';
import {withWorkTree} from '../../src/build/tree.ts';
import {ensureLabKeys} from '../../src/image/lab-keys.ts';
import {fakeSeries, fakeSource, patchBetween, readTree} from './fake-linux.ts';

const context = recordingContext();

const pristine = {'a.c': 'int a;\n', 'mm/b.c': 'int b;\n', 'mm/c.c': 'int c;\n', Kbuild: 'obj-y += mm/\n'};
const patched = {...pristine, 'a.c': 'int a2;\n', 'mm/new.c': 'int n;\n'};

/** A source in the store, as if it had been downloaded. */
async function storedSource(key: string): Promise<Source> {
  const folder = await stored('sources', key, 'a source', context, async (partial) => {
    rmSync(partial, {recursive: true});
    renameSync(fakeSource(pristine).folder, partial);
    await Promise.resolve();
  });
  return {id: key, key, title: 'Linux of straw', folder};
}

for (const [how, damage] of Object.entries(damages)) {
  test(`each file of a work tree that is ${how} is written again before it is compiled`, async (t) => {
    const key = `tree ${how}`;
    const root = storePath('trees', key);
    const series = [await fakeSeries([patchBetween(pristine, patched)])];
    const compile = async (): Promise<void> => {
      const source = await storedSource(key);
      const seen = await withWorkTree(source, series, context, ({folder}) =>
        Promise.resolve(readTree(folder)),
      );
      t.deepEqual(seen, patched);
    };
    await compile();
    const files = [
      ...filesBelow(path.join(root, 'linux')),
      ...['state.json', 'linux.manifest'].map((name) => path.join(root, name)),
    ];
    t.is(files.length, 7);
    for (const file of files) {
      damage(file);
      // A file that no series touches is a link into the source: that is damaged too, and brought again.
      await compile().catch(async (error: unknown) => {
        t.true(error instanceof DamagedEntry, file);
        await compile();
      });
      await compile();
    }
    t.pass();
  });

  test(`a damaged source is not what a patch is applied to: ${how}`, async (t) => {
    const key = `source ${how}`;
    const source = await storedSource(key);
    damage(path.join(source.folder, 'a.c'));
    const series = [await fakeSeries([patchBetween(pristine, patched)])];
    const work = (): Promise<unknown> => withWorkTree(source, series, context, () => Promise.resolve());
    await t.throwsAsync(work(), {instanceOf: DamagedEntry});
    await storedSource(key);
    await t.notThrowsAsync(work());
  });

  test(`objects of which one is ${how} are all compiled again`, async (t) => {
    const objects = path.join(storePath('trees', `objects ${how}`), 'x86_64+common');
    const compile = (): Promise<boolean> =>
      guardObjects(objects, () => {
        const whole = !existsSync(path.join(objects, 'a.o'));
        writeFileSync(path.join(objects, 'a.o'), 'object a');
        if (whole) writeFileSync(path.join(objects, 'b.o'), 'object b');
        return Promise.resolve(whole);
      });
    t.true(await compile());
    t.false(await compile(), 'what make changes is no damage');
    damage(path.join(objects, 'b.o'));
    t.true(await compile());
  });

  test(`what was remembered of a program is asked again when its note is ${how}`, async (t) => {
    const ask = (): Promise<string> => remembered('/bin/sh', how, () => Promise.resolve('one two three'));
    await ask();
    for (const file of filesBelow(storePath('probes', '.')).filter((one) => one.endsWith('.json')))
      damage(file);
    t.is(await ask(), 'one two three');
  });

  test.serial(`keys and the guest's tool are made again when a file of them is ${how}`, async (t) => {
    const get = async (): Promise<readonly string[]> => {
      const [{clientKeyFile}, {file}] = await Promise.all([
        ensureLabKeys(context),
        ensureGuestTool('x86_64', context),
      ]);
      return [path.dirname(clientKeyFile), path.dirname(file)];
    };
    const [keys = '', tool = ''] = await get();
    const before = contentsOf(filesBelow(tool));
    for (const file of [...filesBelow(keys), ...filesBelow(tool)]) {
      damage(file);
      const damaged = contentsOf([file]);
      await get();
      t.notDeepEqual(contentsOf([file]), damaged, file);
    }
    t.deepEqual(contentsOf(filesBelow(tool)), before);
  });
}
