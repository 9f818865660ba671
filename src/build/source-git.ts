// SPDX-License-Identifier: MIT
import {createHash} from 'node:crypto';
import {existsSync} from 'node:fs';
import path from 'node:path';
import type {Context} from '../base/context.ts';
import {HostError, UsageError} from '../base/errors.ts';
import {displayPath} from '../base/paths.ts';
import {output, run, runGroup} from '../base/process.ts';
import {storePath, stored} from '../base/store.ts';
import type {Source} from './source.ts';
import {unpackFailed} from './source-tarball.ts';

const fullHash = /^[0-9a-f]{40}$/;

/** The commit that a revision names in a repository on this machine. */
async function localCommit(repository: string, revision: string): Promise<string> {
  const asked = await run('git', ['-C', repository, 'rev-parse', '--verify', '-q', `${revision}^{commit}`]);
  if (asked.exitCode === 0) return asked.stdout.trim();
  throw new UsageError(`${displayPath(repository)} has no revision ${revision}`, {
    hint: existsSync(repository) ? 'git fetch there?' : 'there is no such folder',
  });
}

/** The commit that a branch or tag names in a repository elsewhere. */
async function remoteCommit(url: string, revision: string, context: Context): Promise<string> {
  if (fullHash.test(revision)) return revision;
  const asked = await run('git', ['ls-remote', '--', url, revision, `${revision}^{}`], {
    env: {GIT_TERMINAL_PROMPT: '0'},
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
  return stored('sources', `git-fetched-${name}`, `source ${url}`, context, async (folder) => {
    context.report({topic: `source ${url}`, text: `fetching ${commit.slice(0, 12)}`});
    await output('git', ['init', '--quiet', '--bare', folder]);
    const finished = await runGroup(
      'git',
      ['-C', folder, 'fetch', '--quiet', '--depth=1', '--', url, commit],
      {env: {GIT_TERMINAL_PROMPT: '0'}, signal: context.signal},
    );
    if (finished.exitCode !== 0) throw new HostError(`cannot fetch from ${url}:\n${finished.all.trim()}`);
  });
}

/**
 * A kernel's source as one revision of a repository has it: a folder or a URL. What is in the working tree
 * there does not count.
 */
export async function gitSource(repository: string, revision: string, context: Context): Promise<Source> {
  const remote = /^[a-z][a-z0-9+]*:\/\//.test(repository);
  const commit = await (remote
    ? remoteCommit(repository, revision, context)
    : localCommit(repository, revision));
  const key = `git-${commit.slice(0, 20)}`;
  const title = `${path.basename(repository)} ${revision}`;
  await stored('sources', key, `source ${title}`, context, async (folder) => {
    const place = remote ? await fetchCommit(repository, commit, context) : repository;
    context.report({topic: `source ${title}`, text: 'unpacking'});
    const script = 'git -C "$1" archive "$2" | tar -x -C "$3"';
    const finished = await runGroup(
      'bash',
      ['-o', 'pipefail', '-c', script, 'unpack', place, commit, folder],
      {signal: context.signal},
    );
    if (finished.exitCode !== 0) throw unpackFailed(title, finished.all);
  });
  return {id: key, key, title, folder: storePath('sources', key)};
}
