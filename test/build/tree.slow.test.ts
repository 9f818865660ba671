// SPDX-License-Identifier: MIT
import {spawn, spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, readdirSync, readFileSync} from 'node:fs';
import {setTimeout as delay} from 'node:timers/promises';
import path from 'node:path';
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import * as z from 'zod';
import '../base/temporary-cache.ts';
import {recordingContext} from '../base/contexts.ts';
import {contentKey} from '../../src/base/hash.ts';
import {readNote, storePath} from '../../src/base/store.ts';
import {pendingChanges, settleChanges} from '../../src/build/changes.ts';
import {withWorkTree} from '../../src/build/tree.ts';
import {
  type Files,
  fakeSeries,
  fakeSource,
  patchBetween,
  readTimes,
  readTree,
  writeTree,
} from './fake-linux.ts';

const context = recordingContext();

/** Few texts, so that series often want what is there; some are hard on readers of patches. */
const content = fc.constantFrom(
  'int a;\n',
  'int a;\nint b;\n',
  'int a;\nint b;',
  '--- a/file\n+++ b/file\n',
  'From here on\n\nreturn 0;\n}\n',
);

/** Few names, so that series meet on the same files; none is another's folder. */
const name = fc.constantFrom(
  'Makefile',
  'mm/a.c',
  'mm/b.c',
  'drivers/pci/p2pdma.c',
  'drivers/pci/a-b+c.c',
  'new/d/x.h',
);
const files = fc
  .dictionary(name, content, {minKeys: 1})
  .map((given): Files => ({...given, Kbuild: 'obj-y += mm/\n'}));

testProp(
  'after any sequence of series the tree is the source with the last one, and what stays keeps its time',
  [files, fc.array(fc.tuple(files, files), {minLength: 1, maxLength: 4})],
  async (t, pristine, sequence) => {
    t.timeout(60_000);
    const source = fakeSource(pristine);
    const times = readTimes(source.folder);
    let before: {files: Files; times: Readonly<Record<string, string>>} | undefined;
    for (const [middle, last] of sequence) {
      const patches = [patchBetween(pristine, middle), patchBetween(middle, last)].filter(
        (patch) => patch !== '',
      );
      const series = patches.length === 0 ? [] : [await fakeSeries(patches)];
      await withWorkTree(source, series, context, ({folder}) => {
        const now = {files: readTree(folder), times: readTimes(folder)};
        t.deepEqual(now.files, {...last});
        for (const [file, text] of Object.entries(before?.files ?? {})) {
          if (now.files[file] === text) t.is(now.times[file], before?.times[file], file);
          else t.not(now.times[file], before?.times[file], file);
        }
        before = now;
        return Promise.resolve();
      });
    }
    t.deepEqual(readTree(source.folder), {...pristine});
    t.deepEqual(readTimes(source.folder), times);
    const left = readdirSync(storePath('trees', source.id)).sort();
    t.deepEqual(left, ['linux', 'linux.manifest', 'lock', 'state.json']);
  },
  {numRuns: 30},
);

test('a restored file is newer than what was compiled from its patched self', async (t) => {
  const source = fakeSource({'a.c': 'old\n', Kbuild: ''});
  const series = await fakeSeries([patchBetween({'a.c': 'old\n'}, {'a.c': 'new\n'})]);
  const patched = await withWorkTree(source, [series], context, ({folder}) =>
    Promise.resolve(readTimes(folder)),
  );
  const restored = await withWorkTree(source, [], context, ({folder}) => Promise.resolve(readTimes(folder)));
  const time = (times: Readonly<Record<string, string>>): bigint => BigInt(times['a.c']?.split(' ')[1] ?? 0);
  t.true(time(restored) > time(patched));
});

test('series follow each other', async (t) => {
  const source = fakeSource({'a.c': 'one\n', Kbuild: ''});
  const first = await fakeSeries([patchBetween({'a.c': 'one\n'}, {'a.c': 'two\n'})]);
  const second = await fakeSeries([patchBetween({'a.c': 'two\n'}, {'a.c': 'three\n', 'b.c': 'new\n'})]);
  const tree = await withWorkTree(source, [first, second], context, ({folder}) =>
    Promise.resolve(readTree(folder)),
  );
  t.deepEqual(tree, {'a.c': 'three\n', 'b.c': 'new\n', Kbuild: ''});
});

test('a folder takes the place of a file, and gives it back', async (t) => {
  const pristine = {'a/b.c': 'int b;\n', d: 'file\n', Kbuild: ''};
  const changed = {a: 'file\n', 'd/e.c': 'int e;\n', Kbuild: ''};
  const source = fakeSource(pristine);
  const series = await fakeSeries([
    patchBetween(pristine, {Kbuild: ''}),
    patchBetween({Kbuild: ''}, changed),
  ]);
  const read = ({folder}: {folder: string}) => Promise.resolve(readTree(folder));
  t.deepEqual(await withWorkTree(source, [series], context, read), changed);
  t.deepEqual(await withWorkTree(source, [], context, read), pristine);
});

test('what a longer series leaves as it is does not count as a change for the objects', async (t) => {
  const pristine: Files = {
    Kbuild: 'obj-y += mm/\n',
    MAINTAINERS: 'none\n',
    'mm/a.c': 'int a;\n',
    'mm/b.c': 'int b;\n',
  };
  const first: Files = {...pristine, MAINTAINERS: 'one\n', 'mm/a.c': 'int a;\nint c;\n'};
  const second: Files = {...first, 'mm/b.c': 'int b;\nint d;\n'};
  const patches = [patchBetween(pristine, first), patchBetween(first, second)];
  const source = fakeSource(pristine);
  const changes = async (count: number): Promise<readonly string[]> => {
    const series = await fakeSeries(patches.slice(0, count));
    return withWorkTree(source, [series], context, async ({objects}) => {
      const folder = path.join(objects, 'some');
      mkdirSync(folder, {recursive: true});
      const pending = await pendingChanges(folder);
      await settleChanges(folder);
      return [...(pending ?? [])].map(([name, change]) => `${change} ${name}`);
    });
  };
  t.deepEqual(await changes(1), []);
  t.deepEqual(await changes(2), ['content mm/b.c']);
  t.deepEqual(await changes(1), ['content mm/b.c']);
});

test("a user's tree is copied, and followed when it changes", async (t) => {
  const before = {'a.c': 'one\n', 'b.c': 'b\n', 'gone.c': 'x\n'};
  const after = {'a.c': 'two\n', 'b.c': 'b\n', 'more/c.c': 'c\n'};
  const first = fakeSource(before);
  const asTree = (files: Files, folder: string) => ({
    ...first,
    key: JSON.stringify(files),
    folder,
    files: new Map(Object.entries(files)),
  });
  const read = ({folder}: {folder: string}) =>
    Promise.resolve({files: readTree(folder), times: readTimes(folder)});
  const one = await withWorkTree(asTree(before, first.folder), [], context, read);
  t.deepEqual(one.files, before);
  const two = await withWorkTree(asTree(after, fakeSource(after).folder), [], context, read);
  t.deepEqual(two.files, after);
  t.is(two.times['b.c'], one.times['b.c']);
});

test('a tree that cannot be written to will do, with a series on it', (t) => {
  const before = {Kbuild: '', 'mm/a.c': 'one\n', 'b.c': 'b\n', 'b.o': 'built\n'};
  const after = {'mm/a.c': 'two\n', 'new.c': 'c\n'};
  const [tree, series] = [
    writeTree(before),
    writeTree({'0001-x.patch': patchBetween({'mm/a.c': 'one\n'}, after)}),
  ];
  // Root may write wherever it likes, but to what is mounted to be read only.
  const script = `mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" || exit
    ! touch "$1/x" 2>&- || exit
    shift; exec "$@"`;
  const program = [process.execPath, path.join(import.meta.dirname, 'use-tree.ts'), tree, series];
  const namespaces = process.getuid?.() === 0 ? ['--mount'] : ['--mount', '--map-root-user'];
  const ran = spawnSync('unshare', [...namespaces, 'sh', '-c', script, 'sh', tree, ...program], {
    encoding: 'utf8',
  });
  t.is(ran.status, 0, ran.stderr);
  t.deepEqual(JSON.parse(ran.stdout), {Kbuild: '', 'b.c': 'b\n', ...after});
  t.deepEqual(readTree(tree), before);
});

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (Date.now() < end) {
    if (condition()) return;
    await delay(1);
  }
  throw new Error('waited 20 s for a tree that is half patched');
}

test('a lab that is killed while it patches does no harm', async (t) => {
  t.timeout(60_000);
  const names = Array.from({length: 300}, (_, index) => `drivers/d${index % 7}/f${index}.c`);
  const pristine = Object.fromEntries(names.map((file) => [file, 'old\n']));
  const patched = Object.fromEntries(names.map((file) => [file, 'new\n']));
  const source = fakeSource(pristine);
  const series = await fakeSeries([patchBetween(pristine, patched)]);
  const module = path.resolve(import.meta.dirname, '../../src/build/tree.ts');
  const program = `
    import {withWorkTree} from ${JSON.stringify(module)};
    const context = {signal: new AbortController().signal, report() {}};
    import {readSeries} from ${JSON.stringify(path.resolve(module, '../series.ts'))};
    const source = ${JSON.stringify(source)};
    const series = await readSeries(${JSON.stringify(series.path)});
    console.log('begun');
    for (;;) {
      await withWorkTree(source, [series], context, async () => {});
      await withWorkTree(source, [], context, async () => {});
    }`;
  const folder = path.join(storePath('trees', source.id), 'linux');
  const read = (name = ''): string =>
    existsSync(folder) ? readFileSync(path.join(folder, name), 'utf8') : '';
  const halfPatched = (): boolean => read(names[0]) !== read(names.at(-1));
  let torn = 0;
  for (let round = 0; round < 8; round++) {
    const lab = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => lab.stdout.once('data', resolve));
    await until(halfPatched);
    const ended = new Promise((resolve) => lab.once('exit', resolve));
    lab.kill('SIGKILL');
    await ended;
    if (new Set(Object.values(readTree(folder))).size > 1) torn++;
    // What the lab believed to be there is what it would be most easily satisfied with.
    const state = path.join(storePath('trees', source.id), 'state.json');
    const believed = existsSync(state)
      ? readNote(state, z.object({series: z.string().nullable()}))?.series
      : null;
    const unpatched = believed === contentKey([]) || (believed === null && round % 2 === 0);
    const wanted = unpatched ? {series: [], files: pristine} : {series: [series], files: patched};
    const tree = await withWorkTree(source, wanted.series, context, (work) =>
      Promise.resolve(readTree(work.folder)),
    );
    t.deepEqual(tree, wanted.files);
    t.deepEqual(readTree(source.folder), pristine);
  }
  t.true(torn > 0);
  t.log(`${torn} of 8 kills left a tree half patched`);
});
