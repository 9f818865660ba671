// SPDX-License-Identifier: MIT
import '../base/temporary-cache.ts';
import {execFileSync} from 'node:child_process';
import {chmodSync, mkdirSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {recordingContext} from '../base/contexts.ts';
import {gitSource} from '../../src/build/sources/git-commit.ts';
import {withWorkTree} from '../../src/build/tree.ts';
import {readTimes, readTree, writeTree} from './fake-linux.ts';

const context = recordingContext();

function git(folder: string, ...args: readonly string[]): string {
  const identity = ['-c', 'user.name=A', '-c', 'user.email=a@example.org', '-c', 'init.defaultBranch=main'];
  return execFileSync('git', [...identity, ...args], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** A repository of two commits in which files change, come, go, and take each other's place. */
function repository(): string {
  const folder = writeTree({
    Kbuild: '',
    'a.c': 'one\n',
    'mm/b.c': 'b\n',
    'mm/same.c': 'same\n',
    place: 'a file\n',
  });
  git(folder, 'init');
  git(folder, 'add', '.');
  git(folder, 'commit', '-m', 'one');
  git(folder, 'tag', 'v1');
  writeFileSync(path.join(folder, 'a.c'), 'two\n');
  rmSync(path.join(folder, 'mm/b.c'));
  rmSync(path.join(folder, 'place'));
  mkdirSync(path.join(folder, 'place'));
  writeFileSync(path.join(folder, 'place/c.c'), 'in a folder\n');
  writeFileSync(path.join(folder, 'script'), '#!/bin/sh\n');
  chmodSync(path.join(folder, 'script'), 0o755);
  git(folder, 'add', '-A');
  git(folder, 'commit', '-m', 'two');
  git(folder, 'tag', 'v2');
  return folder;
}

const second = {
  Kbuild: '',
  'a.c': 'two\n',
  'mm/same.c': 'same\n',
  'place/c.c': 'in a folder\n',
  script: '#!/bin/sh\n',
};

test('revisions of a repository share a work tree: what does not differ keeps its time', async (t) => {
  const folder = repository();
  const one = await gitSource(folder, 'v1', context);
  const two = await gitSource(folder, 'v2', context);
  t.is(one.id, two.id);
  t.not(one.key, two.key);
  t.deepEqual(readTree(two.folder), second);
  t.is(readTree(one.folder)['a.c'], 'one\n', 'the older one is as it was');
  const times: Readonly<Record<string, string>>[] = [];
  for (const source of [one, two, one]) {
    await withWorkTree(source, [], context, (tree) => {
      t.deepEqual(readTree(tree.folder), readTree(source.folder));
      times.push(readTimes(tree.folder));
      return Promise.resolve();
    });
  }
  t.is(times[0]?.['mm/same.c'], times[1]?.['mm/same.c']);
  t.not(times[0]?.['a.c'], times[1]?.['a.c']);
});

test('the user’s repository is only read', async (t) => {
  const folder = repository();
  git(folder, 'checkout', '-q', 'v1');
  writeFileSync(path.join(folder, 'a.c'), 'being edited\n');
  // It refreshes the index, and so comes before.
  const status = git(folder, 'status', '--porcelain');
  const before = readTimes(path.join(folder, '.git'));
  await gitSource(folder, 'v1', context);
  await gitSource(folder, 'v2', context);
  t.deepEqual(readTimes(path.join(folder, '.git')), before);
  t.is(git(folder, 'status', '--porcelain'), status);
});
