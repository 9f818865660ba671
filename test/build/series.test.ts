// SPDX-License-Identifier: MIT
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {temporary} from '../base/temporary-cache.ts';
import {recordingContext} from '../base/contexts.ts';
import {BuildError, UsageError} from '../../src/base/errors.ts';
import {patchesOf} from '../../src/build/mails.ts';
import {readSeries} from '../../src/build/series.ts';
import {withWorkTree} from '../../src/build/tree.ts';
import {type Files, fakeSource, patchBetween, readTree, writeTree} from './fake-linux.ts';

const one = 'int one;\n';
const patch = patchBetween({'a.c': one}, {'a.c': 'int two;\n'});
const second = patchBetween({'a.c': 'int two;\n'}, {'a.c': 'int three;\n'});

const names = async (files: Files): Promise<readonly string[]> =>
  (await readSeries(writeTree(files))).files.map(({name}) => name);

async function apply(source: Files, series: string): Promise<Files> {
  return withWorkTree(
    fakeSource({Kbuild: '', ...source}),
    [await readSeries(series)],
    recordingContext(),
    (tree) => Promise.resolve(readTree(tree.folder)),
  );
}

test('a folder is read by number, without its cover letter and what is no patch', async (t) => {
  const files = {'0000-cover-letter.patch': 'hello', '10-b.patch': patch, '9-a.patch': patch, README: patch};
  t.deepEqual(await names(files), ['9-a.patch', '10-b.patch']);
});

test('a series file says the order', async (t) => {
  const series = '# ours\nb.patch -p1\n\na.patch # last\n';
  t.deepEqual(await names({series, 'a.patch': patch, 'b.patch': patch, 'c.patch': patch}), [
    'b.patch',
    'a.patch',
  ]);
  await t.throwsAsync(names({series: 'a.patch -p0\n', 'a.patch': patch}), {instanceOf: BuildError});
  await t.throwsAsync(names({series: 'gone.patch\n'}), {
    instanceOf: UsageError,
    message: /lists gone\.patch/,
  });
});

test('what is no series says so', async (t) => {
  await t.throwsAsync(readSeries(path.join(temporary, 'nowhere')), {message: /there is no series/});
  await t.throwsAsync(names({README: 'nothing'}), {message: /holds no patch/});
});

test('the key depends on what the patches hold, not on their names', async (t) => {
  const key = async (files: Files): Promise<string> => (await readSeries(writeTree(files))).key;
  t.is(await key({'1-a.patch': patch}), await key({'2-b.patch': patch}));
  t.not(await key({'1-a.patch': patch}), await key({'1-a.patch': second}));
  t.not(await key({'1.patch': patch, '2.patch': second}), await key({'1.patch': second, '2.patch': patch}));
});

/** A mail as `git format-patch` or `b4 am` puts it into a mailbox. */
const mail = (subject: string, body: string, encoding = '8bit'): string =>
  [
    'From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001',
    'From: A Developer <dev@example.org>',
    'Date: Mon, 1 Jan 2024 00:00:00 +0000',
    `Subject: ${subject}`,
    'Content-Type: text/plain; charset=UTF-8',
    `Content-Transfer-Encoding: ${encoding}`,
    '',
    body,
    '',
  ].join('\n');

test('a mailbox is split, decoded, and its cover letter left out', async (t) => {
  const file = path.join(temporary, 'series.mbx');
  const encoded = Buffer.from(`words\n\n---\n${second}`).toString('base64');
  writeFileSync(
    file,
    [
      mail('[PATCH 0/2] cover', 'words about it'),
      mail('[PATCH 1/2] first', `words\n\n---\n${patch}`),
      mail('[PATCH 2/2] second', encoded, 'base64'),
    ].join('\n'),
  );
  const {patches: split} = await patchesOf(await readSeries(file), path.join(temporary, 'split'));
  t.deepEqual(
    split.map(({name}) => name),
    ['series.mbx: first', 'series.mbx: second'],
  );
  t.deepEqual(await apply({'a.c': one}, file), {'a.c': 'int three;\n', Kbuild: ''});
});

test('one patch is a series', async (t) => {
  const file = path.join(temporary, 'alone.patch');
  writeFileSync(file, mail('[PATCH] alone', `words\n---\n${patch}`));
  t.deepEqual(await apply({'a.c': one}, file), {'a.c': 'int two;\n', Kbuild: ''});
});

test('a patch that does not apply is named, with file, hunk and line', async (t) => {
  const lines = Array.from({length: 60}, (_, index) => `int v${index};`);
  const text = (change: Readonly<Record<number, string>>): string =>
    `${lines.map((line, index) => change[index] ?? line).join('\n')}\n`;
  const wanted = patchBetween({'mm/a.c': text({})}, {'mm/a.c': text({5: 'x', 40: 'y'})});
  const folder = writeTree({'0001-first.patch': patch, '0002-second.patch': wanted});
  const error = await t.throwsAsync(apply({'a.c': one, 'mm/a.c': text({40: 'other'})}, folder), {
    instanceOf: BuildError,
  });
  t.is(
    error.message,
    `series ${path.basename(folder)}: 0002-second.patch does not apply to Linux of straw:\nmm/a.c: hunk #2, at line 38`,
  );
  t.regex(error.hint ?? '', /0002-second\.patch; rebase the series/);
});

test('a patch for a file that is not there, or is there already, says so', async (t) => {
  const folder = writeTree({'1.patch': patch});
  await t.throwsAsync(apply({}, folder), {message: /1\.patch does not apply.*\na\.c: no such file/});
  const adding = writeTree({'1.patch': patchBetween({}, {'a.c': one})});
  await t.throwsAsync(apply({'a.c': one}, adding), {message: /\na\.c: already exists/});
});

test('a patch cannot reach outside the tree', async (t) => {
  const escape = patchBetween({}, {x: 'owned\n'})
    .replaceAll('b/x', 'b/../../x')
    .replaceAll('a/x', 'a/../../x');
  await t.throwsAsync(apply({}, writeTree({'1.patch': escape})), {instanceOf: BuildError});
});
