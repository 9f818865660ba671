// SPDX-License-Identifier: MIT
import {rm} from 'node:fs/promises';
import {HostError, UsageError} from '../base/errors.ts';
import {output, run} from '../base/process.ts';
import {readingGit} from './git.ts';
import type {SeriesPatch} from './prefixes.ts';
import {localCommit} from './sources/git-commit.ts';

/** One step of a history that is searched. */
export interface Candidate {
  readonly commit: string;
  readonly subject: string;
}

/** Where a search has come to: what to try next, or how it ended. */
export type Progress =
  | {readonly next: Candidate; readonly left: number}
  | {readonly first: Candidate}
  /** What was skipped stands between: the first bad one is one of these. */
  | {readonly oneOf: readonly Candidate[]};

/** Nothing of the user's configuration, and the same commits whenever they are made. */
const env = {
  ...readingGit,
  GIT_AUTHOR_NAME: 'p2plab',
  GIT_AUTHOR_EMAIL: 'p2plab@localhost',
  GIT_COMMITTER_NAME: 'p2plab',
  GIT_COMMITTER_EMAIL: 'p2plab@localhost',
  GIT_AUTHOR_DATE: '2017-04-01T00:00:00Z',
  GIT_COMMITTER_DATE: '2017-04-01T00:00:00Z',
};

/**
 * git's own bisection, in a repository of the lab's own beside the user's, of which nothing is changed: which commit is
 * next, what skipping means, and the log are git's.
 */
export class GitBisect {
  readonly #folder: string;
  #last = '';

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Searches between two revisions of a repository on this machine.
   * @param folder a place for the lab's own repository; what is there is removed
   * @throws UsageError when there is no such revision, or the good one is not below the bad one
   */
  static async ofRepository(
    repository: string,
    good: string,
    bad: string,
    folder: string,
  ): Promise<GitBisect> {
    const commits = await Promise.all([localCommit(repository, good), localCommit(repository, bad)]);
    await rm(folder, {recursive: true, force: true});
    await output('git', ['clone', '--quiet', '--bare', '--shared', '--', repository, folder], {env});
    const bisect = new GitBisect(folder);
    await bisect.#start(commits[0], commits[1]);
    return bisect;
  }

  /** Searches a series: its patches are made commits without content, of which only the order counts. */
  static async ofSeries(
    patches: readonly SeriesPatch[],
    {good, bad}: {readonly good: number; readonly bad: number},
    folder: string,
  ): Promise<GitBisect & {readonly numberOf: (commit: string) => number}> {
    await rm(folder, {recursive: true, force: true});
    await output('git', ['init', '--quiet', '--bare', folder], {env});
    const bisect = new GitBisect(folder);
    const tree = (await bisect.#git(['hash-object', '-t', 'tree', '-w', '/dev/null'])).trim();
    const commits: string[] = [];
    for (const subject of ['the base', ...patches.map((patch) => patch.subject)]) {
      const parent = commits.at(-1);
      const above = parent === undefined ? [] : ['-p', parent];
      commits.push((await bisect.#git(['commit-tree', tree, ...above, '-m', subject])).trim());
    }
    const [from, to] = [commits[good], commits[bad]];
    if (from === undefined || to === undefined || good >= bad)
      throw new UsageError(`the series has ${patches.length} patches: no search from ${good} to ${bad}`);
    await bisect.#git(['update-ref', 'refs/heads/series', to]);
    await bisect.#git(['symbolic-ref', 'HEAD', 'refs/heads/series']);
    await bisect.#start(from, to);
    return Object.assign(bisect, {numberOf: (commit: string) => commits.indexOf(commit)});
  }

  async #start(good: string, bad: string): Promise<void> {
    const below = await run('git', ['-C', this.#folder, 'merge-base', '--is-ancestor', good, bad], {env});
    if (below.exitCode !== 0 || good === bad)
      throw new UsageError(
        `${good.slice(0, 12)} is not below ${bad.slice(0, 12)}: the good one must be older`,
      );
    this.#last = await this.#git(['bisect', 'start', '--no-checkout', bad, good]);
  }

  /** What is to be tried, or how it ended. */
  async progress(): Promise<Progress> {
    const first = /^([0-9a-f]{40}) is the first bad commit/m.exec(this.#last)?.[1];
    if (first !== undefined) return {first: await this.candidate(first)};
    if (this.#last.includes('The first bad commit could be any of:')) {
      const named = [...this.#last.matchAll(/^([0-9a-f]{40})$/gm)].map(([, commit]) => commit ?? '');
      return {oneOf: await Promise.all(named.map((commit) => this.candidate(commit)))};
    }
    const next = (await this.#git(['rev-parse', 'BISECT_HEAD'])).trim();
    const left = Number(/^Bisecting: (\d+) revision/m.exec(this.#last)?.[1] ?? 0);
    return {next: await this.candidate(next), left};
  }

  /** Says what a candidate is. */
  async mark(mark: 'good' | 'bad' | 'skip', {commit}: Candidate): Promise<void> {
    const told = await run('git', ['-C', this.#folder, 'bisect', mark, commit], {env});
    // 2 says that only what was skipped is left.
    if (told.exitCode !== 0 && told.exitCode !== 2) throw new HostError(`git bisect ${mark}:\n${told.all}`);
    this.#last = told.all;
  }

  /** What `git bisect replay` reads. */
  log(): Promise<string> {
    return this.#git(['bisect', 'log']);
  }

  async candidate(commit: string): Promise<Candidate> {
    return {commit, subject: (await this.#git(['log', '-1', '--format=%s', commit])).trim()};
  }

  /** Removes the lab's own repository. */
  async end(): Promise<void> {
    await rm(this.#folder, {recursive: true, force: true});
  }

  #git(words: readonly string[]): Promise<string> {
    return output('git', ['-C', this.#folder, ...words], {env});
  }
}
