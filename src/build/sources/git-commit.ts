// SPDX-License-Identifier: MIT
import {createHash} from 'node:crypto';
import {existsSync} from 'node:fs';
import {readFile, rm} from 'node:fs/promises';
import path from 'node:path';
import type {Context} from '../../base/context.ts';
import {HostError, UsageError} from '../../base/errors.ts';
import {displayPath} from '../../base/paths.ts';
import {output, run, runGroup} from '../../base/process.ts';
import {contentKey} from '../../base/hash.ts';
import {acceptLinks} from '../../base/manifest.ts';
import {manifestPath, requireIntact, storePath, stored, writeWhole} from '../../base/store.ts';
import {ownGit, readingGit} from '../git.ts';
import type {Source, SourceProvider} from './source.ts';
import {unpackFailed} from './tarball.ts';

const fullHash = /^[0-9a-f]{40}$/;

/** The commit that a revision names in a repository on this machine. */
export async function localCommit(repository: string, revision: string): Promise<string> {
  const git = (...words: readonly string[]) => run('git', ['-C', repository, ...words], {env: readingGit});
  const asked = await git('rev-parse', '--verify', '-q', `${revision}^{commit}`);
  if (asked.exitCode === 0) return asked.stdout.trim();
  if (!existsSync(repository)) throw new UsageError(`there is no repository ${displayPath(repository)}`);
  const opened = await git('rev-parse', '--git-dir');
  if (opened.exitCode !== 0)
    throw new UsageError(`git cannot read ${displayPath(repository)}:\n${opened.stderr.trim()}`);
  throw new UsageError(`${displayPath(repository)} has no revision ${revision}`, {hint: 'git fetch there?'});
}

/** Elsewhere the user's configuration says how to get there, and who they are. */
function gitFor(url: string): Readonly<Record<string, string | undefined>> {
  return url.startsWith('file://') ? readingGit : ownGit;
}

/** The commit that a branch or tag names in a repository elsewhere. */
async function remoteCommit(url: string, revision: string, context: Context): Promise<string> {
  if (fullHash.test(revision)) return revision;
  const asked = await run('git', ['ls-remote', '--', url, revision, `${revision}^{}`], {
    env: gitFor(url),
    signal: context.signal,
  });
  if (asked.exitCode !== 0) throw new HostError(`cannot ask ${url}:\n${asked.stderr.trim()}`);
  const lines = asked.stdout.trim().split('\n');
  // An annotated tag is followed by the commit that it is on.
  const commit = (lines.find((line) => line.endsWith('^{}')) ?? lines[0])?.split('\t')[0];
  if (commit !== undefined && fullHash.test(commit)) return commit;
  throw new UsageError(`${url} has no branch or tag ${revision}`, {hint: 'or name a whole commit hash'});
}

/** Brings one commit, without its history, into a repository of the lab's. */
async function fetchCommit(url: string, commit: string, context: Context): Promise<string> {
  const name = createHash('sha256').update(`${url} ${commit}`).digest('hex').slice(0, 20);
  const key = `git-fetched-${name}`;
  const place = await stored('sources', key, `source ${url}`, context, async (folder) => {
    context.report({topic: `source ${url}`, text: `fetching ${commit.slice(0, 12)}`});
    await output('git', ['init', '--quiet', '--bare', folder], {env: ownGit});
    const finished = await runGroup(
      'git',
      ['-C', folder, 'fetch', '--quiet', '--depth=1', '--', url, commit],
      {env: gitFor(url), signal: context.signal},
    );
    if (finished.exitCode !== 0) throw new HostError(`cannot fetch from ${url}:\n${finished.all.trim()}`);
  });
  await requireIntact('sources', key);
  return place;
}

/** The key of the source that a commit is. */
export function gitKey(commit: string): string {
  return `git-${commit.slice(0, 20)}`;
}

/** Unpacks a commit whole. */
async function unpack(
  repository: string,
  commit: string,
  folder: string,
  title: string,
  {signal}: Context,
): Promise<void> {
  const script = 'git -C "$1" archive "$2" | tar -x -C "$3"';
  const words = ['-o', 'pipefail', '-c', script, 'unpack', repository, commit, folder];
  const finished = await runGroup('bash', words, {signal, env: readingGit});
  if (finished.exitCode !== 0) throw unpackFailed(title, finished.all);
}

/** Fills a folder with a commit by what it changes of another one, whose files are linked. */
async function unpackFrom(
  {
    repository,
    commit,
    previous,
  }: {readonly repository: string; readonly commit: string; readonly previous: string},
  folder: string,
  {signal}: Context,
): Promise<void> {
  const before = storePath('sources', gitKey(previous));
  await requireIntact('sources', gitKey(previous));
  const linked = await runGroup('cp', ['-al', `${before}/.`, folder], {signal});
  if (linked.exitCode !== 0) throw new HostError(`cannot link the source of ${previous}:\n${linked.all}`);
  await acceptLinks(before, manifestPath('sources', gitKey(previous)));
  const index = `${folder}.index`;
  const git = {
    // Nothing of the user's repository is written: the index is another one.
    env: {
      ...readingGit,
      GIT_DIR: await output('git', ['-C', repository, 'rev-parse', '--absolute-git-dir'], {env: readingGit}),
      GIT_WORK_TREE: folder,
      GIT_INDEX_FILE: index,
    },
    cwd: folder,
    signal,
  };
  try {
    const names = async (...words: readonly string[]): Promise<readonly string[]> =>
      (await output('git', words, git)).split('\0').filter((name) => name !== '');
    const changed = await names('diff', '--name-only', '--no-renames', '-z', previous, commit);
    // A file that is linked must not be written to, and a folder may take a file's place.
    for (const name of changed) await rm(path.join(folder, name), {force: true, recursive: true});
    await output('git', ['read-tree', commit], git);
    const left = new Set(await names('ls-tree', '-r', '--name-only', '-z', commit));
    const input = changed.filter((name) => left.has(name)).join('\0');
    if (input !== '') await output('git', ['checkout-index', '-f', '-q', '-z', '--stdin'], {...git, input});
  } finally {
    await rm(index, {force: true});
  }
}

/** The commit that was unpacked last, if it is there still, here and in the repository. */
async function unpackedBefore(repository: string, newest: string): Promise<string | undefined> {
  if (!existsSync(newest)) return undefined;
  const commit = (await readFile(newest, 'utf8')).trim();
  if (!fullHash.test(commit) || !existsSync(storePath('sources', gitKey(commit)))) return undefined;
  const known = await run('git', ['-C', repository, 'cat-file', '-e', `${commit}^{commit}`], {
    env: readingGit,
  });
  return known.exitCode === 0 ? commit : undefined;
}

/** The files of a commit, with mode and hash. */
async function filesOf(repository: string, commit: string): Promise<ReadonlyMap<string, string>> {
  const listed = await output('git', ['-C', repository, 'ls-tree', '-r', '-z', '--full-tree', commit], {
    env: readingGit,
  });
  const entries = listed.split('\0').flatMap((entry) => {
    const [, mode = '', hash = '', name = ''] = /^(\d+) blob ([0-9a-f]+)\t([^]*)$/.exec(entry) ?? [];
    return name === '' ? [] : [[name, `${mode} ${hash}`] as const];
  });
  return new Map(entries);
}

/**
 * A kernel's source as one revision of a repository has it: a folder or a URL. What is in the working tree
 * there does not count. Of a repository on this machine all revisions share a work tree and its objects: from one to the
 * next only what differs is compiled.
 */
export async function gitSource(repository: string, revision: string, context: Context): Promise<Source> {
  const remote = /^[a-z][a-z0-9+]*:\/\//.test(repository);
  const title = `${path.basename(repository)} ${revision}`;
  const topic = `source ${title}`;
  if (remote) {
    const commit = await remoteCommit(repository, revision, context);
    const key = gitKey(commit);
    await stored('sources', key, topic, context, async (folder) => {
      const place = await fetchCommit(repository, commit, context);
      context.report({topic, text: 'unpacking'});
      await unpack(place, commit, folder, title, context);
    });
    return {id: key, key, title, folder: storePath('sources', key)};
  }
  const commit = await localCommit(repository, revision);
  const key = gitKey(commit);
  const id = `git-of-${contentKey(path.resolve(repository))}`;
  const newest = storePath('sources', `${id}.newest`);
  await stored('sources', key, topic, context, async (folder) => {
    context.report({topic, text: 'unpacking'});
    const previous = await unpackedBefore(repository, newest);
    if (previous !== undefined) await unpackFrom({repository, commit, previous}, folder, context);
    else await unpack(repository, commit, folder, title, context);
  });
  await writeWhole(newest, commit);
  return {id, key, title, folder: storePath('sources', key), files: await filesOf(repository, commit)};
}

/** `git:` */
export const gitCommits: SourceProvider<'git'> = {
  ensure: ({path: repository, revision}, context) => gitSource(repository, revision, context),
  isHere: () => Promise.resolve(true),
  workFolder: () => undefined,
};
