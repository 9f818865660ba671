// SPDX-License-Identifier: MIT
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {temporary} from '../base/temporary-cache.ts';
import {sealObjects} from '../../src/build/intact-objects.ts';
import {guardObjects, objectsFolder, seedObjects} from '../../src/build/objects.ts';

/** A root with folders of objects as make leaves them, each with a file that says which it is. */
async function rootWith(...names: readonly string[]): Promise<string> {
  const root = mkdtempSync(path.join(temporary, 'objects-'));
  for (const name of names) {
    mkdirSync(path.join(root, name));
    writeFileSync(path.join(root, `${name}.changes`), 'came a.c\0');
    writeFileSync(path.join(root, name, 'main.o'), name);
    utimesSync(path.join(root, name, 'main.o'), 1000, 1000);
    writeFileSync(path.join(root, name, '.tool.o.cmd'), `cc -o ${path.join(root, name)}/tool.o`);
    symlinkSync('../linux', path.join(root, name, 'source'));
    await sealObjects(path.join(root, name));
  }
  return root;
}

test('new objects begin as a copy of the nearest, with its times and links', async (t) => {
  const root = await rootWith('x86_64+common+debug', 'x86_64+common', 'aarch64+common+pagemap');
  const objects = objectsFolder(root, 'x86_64', ['common', 'pagemap']);
  await seedObjects(objects);
  t.is(readFileSync(path.join(objects, 'main.o'), 'utf8'), 'x86_64+common');
  t.is(statSync(path.join(objects, 'main.o')).mtimeMs, 1_000_000);
  t.is(readFileSync(path.join(root, 'x86_64+common', 'main.o'), 'utf8'), 'x86_64+common');
  // What has become of the tree since is to be done for the copy, too.
  t.is(readFileSync(`${objects}.changes`, 'utf8'), 'came a.c\0');
  // Else make would make its tools anew, and all that they are for.
  t.is(readFileSync(path.join(objects, '.tool.o.cmd'), 'utf8'), `cc -o ${objects}/tool.o`);
});

test('what is there stays, and what was not finished or is for others is not copied', async (t) => {
  const root = await rootWith('x86_64+common', 'aarch64+common');
  writeFileSync(path.join(root, 'x86_64+common.unfinished'), '');
  const objects = objectsFolder(root, 'x86_64', ['common', 'pagemap']);
  await seedObjects(objects);
  t.false(existsSync(objects));
  const there = path.join(root, 'aarch64+common');
  await seedObjects(there);
  t.is(readFileSync(path.join(there, 'main.o'), 'utf8'), 'aarch64+common');
});

test('what nobody knows the changes of is not copied', async (t) => {
  const root = await rootWith('x86_64+common');
  rmSync(path.join(root, 'x86_64+common.changes'));
  const objects = objectsFolder(root, 'x86_64', ['common', 'pagemap']);
  await seedObjects(objects);
  t.false(existsSync(objects));
});

test('a copy that was killed is begun again', async (t) => {
  const root = await rootWith('x86_64+common', 'x86_64+common+switch.partial');
  const objects = objectsFolder(root, 'x86_64', ['common', 'switch']);
  await seedObjects(objects);
  t.is(readFileSync(path.join(objects, 'main.o'), 'utf8'), 'x86_64+common');
  t.false(existsSync(`${objects}.partial`));
});

test('what a killed make has written is gone before the next', async (t) => {
  const root = await rootWith('x86_64+common');
  const objects = path.join(root, 'x86_64+common');
  await t.throwsAsync(
    guardObjects(objects, () => {
      writeFileSync(path.join(objects, 'half.o'), 'half');
      return Promise.reject(new Error('killed'));
    }),
  );
  await guardObjects(objects, () => {
    t.false(existsSync(path.join(objects, 'half.o')));
    t.true(existsSync(path.join(objects, 'main.o')));
    return Promise.resolve();
  });
  t.false(existsSync(`${objects}.unfinished`));
});
