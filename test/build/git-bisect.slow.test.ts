// SPDX-License-Identifier: MIT
import {temporary} from '../base/temporary-cache.ts';
import {execFileSync} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {type Candidate, GitBisect} from '../../src/build/git-bisect.ts';
import {readTimes, writeTree} from './fake-linux.ts';

const patches = Array.from({length: 32}, (_, index) => ({subject: `patch ${index + 1}`, upTo: ''}));

let made = 0;
const place = (): string => path.join(temporary, `bisect-${++made}`);

type Mark = 'good' | 'bad' | 'skip';

/** Answers until the search ends; returns the numbers of what it ends with, and how many it asked for. */
async function answer(
  bisect: GitBisect & {readonly numberOf: (commit: string) => number},
  markOf: (number: number) => Mark,
): Promise<{readonly suspects: readonly number[]; readonly asked: number}> {
  const number = ({commit}: Candidate): number => bisect.numberOf(commit);
  for (let asked = 0; ; asked++) {
    const progress = await bisect.progress();
    if ('first' in progress) return {suspects: [number(progress.first)], asked};
    if ('oneOf' in progress) return {suspects: progress.oneOf.map(number).toSorted((a, b) => a - b), asked};
    await bisect.mark(markOf(number(progress.next)), progress.next);
  }
}

testProp(
  'the first bad patch is found, or is among those that could not be told apart from what was skipped',
  [fc.integer({min: 1, max: 32}), fc.uniqueArray(fc.integer({min: 1, max: 31}), {maxLength: 6})],
  async (t, first, skipped) => {
    const bisect = await GitBisect.ofSeries(patches, {good: 0, bad: 32}, place());
    const mark = (number: number): Mark =>
      skipped.includes(number) ? 'skip' : number >= first ? 'bad' : 'good';
    const {suspects, asked} = await answer(bisect, mark);
    t.true(suspects.includes(first), `${suspects.join()} for ${first}`);
    // Beside the bad one itself only what was skipped before it is in doubt.
    t.true(suspects.every((number) => number === Math.max(...suspects) || skipped.includes(number)));
    t.true(asked <= 6 + 2 * skipped.length);
    t.regex(await bisect.log(), /^git bisect start/m);
    await bisect.end();
  },
  {numRuns: 12},
);

test('a repository is searched beside itself: nothing in it changes', async (t) => {
  const folder = writeTree({Kbuild: ''});
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@b', ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
  git('init', '-q');
  for (let index = 0; index < 9; index++) {
    writeFileSync(path.join(folder, 'a.c'), String(index));
    git('add', '.');
    git('commit', '-q', '-m', `commit ${index}`);
  }
  const before = readTimes(path.join(folder, '.git'));
  const bisect = await GitBisect.ofRepository(folder, 'HEAD~8', 'HEAD', place());
  let progress = await bisect.progress();
  while ('next' in progress) {
    const number = Number(progress.next.subject.replace('commit ', ''));
    await bisect.mark(number >= 5 ? 'bad' : 'good', progress.next);
    progress = await bisect.progress();
  }
  t.like(progress, {first: {subject: 'commit 5'}});
  t.deepEqual(readTimes(path.join(folder, '.git')), before);
  const log = await bisect.log();
  await bisect.end();
  // git itself replays it.
  const file = path.join(temporary, 'replayed.log');
  writeFileSync(file, `${log}\n`);
  t.regex(git('bisect', 'replay', file), /is the first bad commit[^]*commit 5/);
});

test('ends that are none are refused', async (t) => {
  await t.throwsAsync(GitBisect.ofSeries(patches, {good: 3, bad: 3}, place()), {
    message: /no search from 3 to 3/,
  });
  await t.throwsAsync(GitBisect.ofSeries(patches, {good: 0, bad: 40}, place()), {message: /has 32 patches/});
  const folder = writeTree({Kbuild: ''});
  execFileSync('git', ['init', '-q'], {cwd: folder});
  await t.throwsAsync(GitBisect.ofRepository(folder, 'v1', 'v2', place()), {
    message: /has no revision v[12]/,
  });
});
