// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {readdir} from 'node:fs/promises';
import path from 'node:path';
import type {Context} from '../base/context.ts';
import {UsageError} from '../base/errors.ts';
import {contentKey} from '../base/hash.ts';
import {displayPath} from '../base/paths.ts';
import {run} from '../base/process.ts';
import {storePath} from '../base/store.ts';
import {fileHashes} from './file-hashes.ts';
import type {Source} from './source.ts';

/** What a build in the tree leaves; make refuses to build elsewhere from a tree that holds it. */
const built =
  /(^|\/)(\.config(\.old)?|[^/]*\.(o|a|ko|cmd|mod|order|symvers))$|^(arch\/\w+\/)?include\/(config|generated)\//;

/** The files that belong to the source: what git says, so that a build in the tree is left out; or all. */
async function sourceFiles(folder: string): Promise<readonly string[]> {
  const listed = await run('git', ['-C', folder, 'ls-files', '-z', '-co', '--exclude-standard', '--', '.']);
  const names =
    listed.exitCode === 0
      ? listed.stdout.split('\0')
      : (await walk(folder, '')).filter((name) => !built.test(name));
  return [...new Set(names)].filter((name) => name !== '').sort();
}

async function walk(root: string, below: string): Promise<string[]> {
  const entries = await readdir(path.join(root, below), {withFileTypes: true});
  const nested = await Promise.all(
    entries.map(async (entry) => {
      const name = path.join(below, entry.name);
      if (entry.isDirectory()) return entry.name === '.git' ? [] : await walk(root, name);
      return [name];
    }),
  );
  return nested.flat();
}

/**
 * A tree that the user works in. It is read where it is, and never written to.
 */
export async function treeSource(folder: string, context: Context): Promise<Source> {
  if (!existsSync(path.join(folder, 'Kbuild'))) {
    throw new UsageError(`${displayPath(folder)} is no Linux tree: it has no Kbuild`);
  }
  const id = `tree-${contentKey(folder)}`;
  const memo = `${storePath('trees', id)}.files.json`;
  context.report({topic: `source ${displayPath(folder)}`, text: 'looking for changes'});
  const files = await fileHashes(folder, await sourceFiles(folder), memo);
  const key = contentKey([...files].flat());
  return {id, key, title: displayPath(folder), folder, files, foreign: true};
}
