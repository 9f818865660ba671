// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {lstat, readFile, readdir, readlink} from 'node:fs/promises';
import path from 'node:path';
import type {Context} from '../base/context.ts';
import {UsageError} from '../base/errors.ts';
import {contentKey, sha256, sha256File} from '../base/hash.ts';
import {displayPath} from '../base/paths.ts';
import {run} from '../base/process.ts';
import {storePath, writeWhole} from '../base/store.ts';
import type {Source} from './source.ts';

/** What a file was when it was last read: its state, and the hash of what it held. */
type Known = Record<string, readonly [state: string, hash: string]>;

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

async function readKnown(file: string): Promise<Known> {
  return existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as Known) : {};
}

async function inspect(root: string, name: string, known: Known): Promise<Known[string] | undefined> {
  const file = path.join(root, name);
  const found = await lstat(file).catch(() => undefined);
  if (found === undefined) return undefined;
  const state = `${found.mode.toString(8)} ${found.size} ${found.mtimeMs} ${found.ctimeMs} ${found.ino}`;
  const before = known[name];
  if (before?.[0] === state) return before;
  if (found.isSymbolicLink()) return [state, `link:${sha256(await readlink(file))}`];
  if (!found.isFile()) return undefined;
  const executable = (found.mode & 0o100) !== 0;
  return [state, `${executable ? 'x' : '-'}:${await sha256File(file)}`];
}

/**
 * A tree that the user works in. It is read where it is, and never written to: files that changed since the
 * last time are hashed (a look at each of 80,000 files takes about a second).
 */
export async function treeSource(folder: string, context: Context): Promise<Source> {
  if (!existsSync(path.join(folder, 'Kbuild'))) {
    throw new UsageError(`${displayPath(folder)} is no Linux tree: it has no Kbuild`);
  }
  const id = `tree-${contentKey(folder)}`;
  const memo = `${storePath('trees', id)}.files.json`;
  context.report({topic: `source ${displayPath(folder)}`, text: 'looking for changes'});
  const known = await readKnown(memo);
  const names = await sourceFiles(folder);
  const found: Known = {};
  let changed = names.length !== Object.keys(known).length;
  // In portions: each file is open while it is hashed.
  for (let start = 0; start < names.length; start += 256) {
    const portion = names.slice(start, start + 256);
    const inspected = await Promise.all(portion.map((name) => inspect(folder, name, known)));
    for (const [index, name] of portion.entries()) {
      const file = inspected[index];
      if (file === undefined) continue;
      found[name] = file;
      changed ||= file !== known[name];
    }
  }
  if (changed) await writeWhole(memo, JSON.stringify(found));
  const files = new Map(Object.entries(found).map(([name, [, hash]]) => [name, hash]));
  const key = contentKey([...files].flat());
  return {id, key, title: displayPath(folder), folder, files, foreign: true};
}
