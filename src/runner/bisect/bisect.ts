// SPDX-License-Identifier: MIT
import path from 'node:path';
import type {Context} from '../../base/context.ts';
import {UsageError} from '../../base/errors.ts';
import {labRoot, stateRoot} from '../../base/paths.ts';
import {GitBisect} from '../../build/git-bisect.ts';
import {prefixesOf} from '../../build/prefixes.ts';
import {findScenarios} from '../../spec/catalog.ts';
import {gitSource} from '../../spec/kernel-source.ts';
import {
  type KernelAdditions,
  moduleDirectories,
  selectKernel,
  withVariant,
} from '../select-kernel.ts';
import {withTasks} from '../tasks.ts';
import {type Found, type Search, search} from './search.ts';

/** What to search, and for what. */
export interface BisectRequest {
  readonly scenarios: readonly string[];
  /** As for `--kernel`: `git:REPOSITORY`, `git:REPOSITORY@GOOD..BAD`, or with a series what it applies to. */
  readonly kernel: string;
  readonly series?: string | undefined;
  /** Revisions, or numbers of patches of the series; empty for the defaults. */
  readonly good: string;
  readonly bad: string;
  readonly config: readonly string[];
  readonly modules: readonly string[];
  readonly variant: string;
  readonly qemu?: string | undefined;
}

/**
 * Searches the first commit, or the first patch, since which a scenario fails.
 * @param say receives a line for each kernel that was tried
 * @returns what was found, and the log that `git bisect replay` reads
 * @throws UsageError if the ends of the search are not good and bad
 */
export async function bisect(
  {scenarios, kernel, series, good, bad, config, modules, variant: variantName, qemu}: BisectRequest,
  say: (line: string) => void,
  context: Context,
): Promise<{readonly found: Found; readonly log: string}> {
  const entries = findScenarios(labRoot, scenarios);
  const additions = {config, modules};
  const base = selectKernel(series === undefined ? 'baseline' : kernel, additions);
  const {variant} = withVariant(base, variantName);
  const folder = path.join(stateRoot, 'bisects', String(process.pid));
  return withTasks(context, async ({begin}) => {
    const plan = await begin({
      title: 'bisect',
      setup: () =>
        series === undefined
          ? inRepository(kernel, good, bad, folder, additions)
          : inSeries(kernel, series, good, bad, folder, additions),
      teardown: (made) => made.bisect.end(),
    });
    const variantSearch: Search = {
      ...plan,
      good: withVariant(plan.good, variantName).kernel,
      bad: withVariant(plan.bad, variantName).kernel,
      kernelOf: (candidate) => withVariant(plan.kernelOf(candidate), variantName).kernel,
    };
    const trial = {entries, variant, qemu, modules: moduleDirectories(modules)};
    return {found: await search(variantSearch, trial, say, context), log: await plan.bisect.log()};
  });
}

async function inRepository(
  kernel: string,
  good: string,
  bad: string,
  folder: string,
  additions: KernelAdditions,
): Promise<Search> {
  const range = /^git:(.+)@([^@.]\S*?)\.\.([^.]\S*)?$/.exec(kernel);
  const [repository, from, to] =
    range === null
      ? [/^git:([^@]+)$/.exec(kernel)?.[1], good, bad === '' ? 'HEAD' : bad]
      : [range[1], range[2], range[3] ?? 'HEAD'];
  if (repository === undefined || from === undefined || from === '') {
    throw new UsageError('what is to be searched?', {
      hint: '--kernel git:REPOSITORY --good REV [--bad REV], or --kernel git:REPOSITORY@GOOD..BAD, or --series PATH',
    });
  }
  const {source} = gitSource(`git:${repository}`);
  if (/^[a-z][a-z0-9+]*:\/\//.test(source.path))
    throw new UsageError('only a repository on this machine can be searched: clone it first');
  const bisect = await GitBisect.ofRepository(source.path, from, to, folder);
  const at = (revision: string) => selectKernel(`git:${source.path}@${revision}`, additions);
  return {bisect, good: at(from), bad: at(to), kernelOf: ({commit}) => at(commit)};
}

async function inSeries(
  kernel: string,
  series: string,
  good: string,
  bad: string,
  folder: string,
  additions: KernelAdditions,
): Promise<Search> {
  const patches = await prefixesOf(series);
  const ends = {
    good: good === '' ? 0 : patchNumber(good),
    bad: bad === '' ? patches.length : patchNumber(bad),
  };
  const at = (count: number) => ({
    ...selectKernel(kernel, {
      ...additions,
      series: patches.slice(Math.max(0, count - 1), count).map(({upTo}) => upTo),
    }),
    name: `${selectKernel(kernel, additions).name}+${count}`,
  });
  const bisect = await GitBisect.ofSeries(patches, ends, folder);
  return {
    bisect,
    good: at(ends.good),
    bad: at(ends.bad),
    kernelOf: ({commit}) => at(bisect.numberOf(commit)),
  };
}

function patchNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new UsageError('It must be a whole number from 0 on.');
  return value;
}
