// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {mkdtemp, readdir, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {Context} from '../../base/context.ts';
import {UsageError} from '../../base/errors.ts';
import {contentKey} from '../../base/hash.ts';
import {displayPath} from '../../base/paths.ts';
import {output, run} from '../../base/process.ts';
import {storePath} from '../../base/store.ts';
import {fileHashes} from '../file-hashes.ts';
import {readingGit} from '../git.ts';
import type {Source, SourceProvider} from './source.ts';

/** What a build in the tree leaves; make refuses to build elsewhere from a tree that holds it. */
const built =
  /(^|\/)(\.config(\.old)?|\.[^/]*\.(cmd|d)|[^/]*\.(o|a|ko|cmd|mod|mod\.c|order|symvers))$|^(arch\/\w+\/)?include\/(config|generated)\/|^(vmlinux|System\.map|modules\.builtin[^/]*|\.tmp_[^/]*|\.vmlinux[^/]*)$/;

/** Files without which there is no kernel: rules for what git ignores that leave one out are not the kernel's own. */
const essential = ['Makefile', 'Kbuild', 'Kconfig', 'init/main.c', 'scripts/Makefile.build'];

function complete(folder: string, names: ReadonlySet<string>): boolean {
  return essential.every((name) => names.has(name) || !existsSync(path.join(folder, name)));
}

async function listed(
  words: readonly string[],
  options: Parameters<typeof run>[2],
): Promise<readonly string[]> {
  const found = await run('git', [...words, '--', '.'], options);
  return found.exitCode === 0 ? found.stdout.split('\0').filter((name) => name !== '') : [];
}

/** What the repository around a folder, if there is one, has of it. */
function trackedFiles(folder: string): Promise<readonly string[]> {
  return listed(['-C', folder, 'ls-files', '-z', '--cached'], {env: readingGit});
}

/**
 * All files that the tree's own .gitignore files do not name: those leave out what builds make. Neither a repository around
 * it, nor what its user has git ignore, says what is part of a kernel.
 * @param more patterns that come before those of the tree
 */
async function unignoredFiles(folder: string, more: readonly string[]): Promise<readonly string[]> {
  const repository = await mkdtemp(path.join(tmpdir(), 'p2plab-git-'));
  try {
    await output('git', ['init', '--quiet', '--bare', '--template=', repository], {env: readingGit});
    const names = await listed(
      [
        ...['-c', 'core.bare=false', 'ls-files', '-z', '--others', '--exclude-per-directory=.gitignore'],
        ...more.map((pattern) => `--exclude=${pattern}`),
      ],
      {env: {...readingGit, GIT_DIR: repository, GIT_WORK_TREE: folder}, cwd: folder},
    );
    // Of another repository in the tree git names the folder only.
    const nested = names.filter((name) => name.endsWith('/')).map((name) => walk(folder, name));
    const inside = (await Promise.all(nested)).flat();
    return [...names.filter((name) => !name.endsWith('/')), ...inside].filter((name) => !built.test(name));
  } finally {
    await rm(repository, {recursive: true, force: true});
  }
}

/** The files that belong to the source: what git has of it, and what no build has made; what is deleted is left out later. */
async function sourceFiles(folder: string): Promise<readonly string[]> {
  const tracked = await trackedFiles(folder);
  // Debian's archives are of a repository that ignores all but its own folder: all at the top is asked for then.
  for (const more of [[], ['!/*']]) {
    const names = new Set([...tracked, ...(await unignoredFiles(folder, more))]);
    if (complete(folder, names)) return [...names].sort();
  }
  return [...new Set([...tracked, ...(await walk(folder, '')).filter((name) => !built.test(name))])].sort();
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
async function treeSource(folder: string, context: Context): Promise<Source> {
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

/** `tree:` */
export const directories: SourceProvider<'tree'> = {
  ensure: ({path: folder}, context) => treeSource(folder, context),
  isHere: () => Promise.resolve(true),
  workFolder: ({path: folder}) => folder,
};
