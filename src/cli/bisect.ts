// SPDX-License-Identifier: MIT
import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {Command} from '@commander-js/extra-typings';
import type {Context} from '../base/context.ts';
import {UsageError} from '../base/errors.ts';
import {displayPath, labRoot, stateRoot} from '../base/paths.ts';
import {GitBisect} from '../build/git-bisect.ts';
import {prefixesOf} from '../build/prefixes.ts';
import {explanation, isFine, printable} from '../results/describe.ts';
import {shortName} from '../spec/identity.ts';
import {findScenarios} from '../spec/catalog.ts';
import {gitSource} from '../spec/kernel-source.ts';
import {type Found, type Search, search} from './bisect/search.ts';
import {interruptible} from './interrupt.ts';
import {shared, wholeNumber} from './options.ts';
import {progressLines} from './progress.ts';
import type {Result} from './run-all.ts';
import {withVariant, type KernelAdditions, moduleFolders, selectKernel} from './select-kernel.ts';

/** `p2plab bisect`. */
export function addBisect(program: Command, finish: (exitCode: number) => void): void {
  program
    .command('bisect')
    .description('find the commit, or the patch of a series, since which a scenario fails')
    .argument('<scenario...>', 'what passes at the good end, and fails at the bad one')
    .addOption(shared.kernel())
    .option('--series <path>', 'search this series, on top of the kernel')
    .option('--good <rev>', 'a revision of git:REPOSITORY; with --series a number of patches', '')
    .option('--bad <rev>', 'likewise; by default HEAD, or all patches', '')
    .addOption(shared.config())
    .addOption(shared.module())
    .option('--variant <variant>', 'variant of the kernel (lab/variants)', 'plain')
    .addOption(shared.qemu())
    .option('--log <file>', 'where the log goes that `git bisect replay` reads')
    .action(
      async (patterns, {kernel, series, good, bad, config, module, variant: variantName, qemu, log}) => {
        const entries = findScenarios(labRoot, patterns);
        const additions = {config, modules: module};
        const {variant} = withVariant(
          selectKernel(series === undefined ? 'baseline' : kernel, additions),
          variantName,
        );
        const lines = progressLines();
        const folder = path.join(stateRoot, 'bisects', String(process.pid));
        const say = (line: string): void => {
          lines.end();
          process.stdout.write(`${line}\n`);
        };
        const work = async (context: Context): Promise<{readonly found: Found; readonly log: string}> => {
          const plan = await (series === undefined
            ? inRepository(kernel, good, bad, folder, additions)
            : inSeries(kernel, series, good, bad, folder, additions));
          const variantSearch: Search = {
            ...plan,
            good: withVariant(plan.good, variantName).kernel,
            bad: withVariant(plan.bad, variantName).kernel,
            kernelOf: (candidate) => withVariant(plan.kernelOf(candidate), variantName).kernel,
          };
          try {
            const trial = {entries, variant, qemu, modules: moduleFolders(module)};
            return {found: await search(variantSearch, trial, say, context), log: await plan.bisect.log()};
          } finally {
            await plan.bisect.end();
          }
        };
        const ended = await interruptible(lines.show, work).finally(() => {
          lines.close();
        });
        const file =
          log ?? path.join(stateRoot, 'bisects', `${new Date().toISOString().replaceAll(':', '')}.log`);
        await mkdir(path.dirname(path.resolve(file)), {recursive: true});
        await writeFile(file, `${ended.log}\n`);
        process.stdout.write(`\n${conclusion(ended.found)}\n  log: ${displayPath(path.resolve(file))}\n`);
        finish(ended.found.suspects.length === 1 ? 0 : 1);
      },
    );
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
    good: good === '' ? 0 : wholeNumber(good),
    bad: bad === '' ? patches.length : wholeNumber(bad),
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

/** The commit, with the evidence before and after. */
function conclusion({suspects, before, after, tried}: Found): string {
  const [first] = suspects;
  const head =
    suspects.length === 1 && first !== undefined
      ? [
          `${first.commit.slice(0, 12)} is the first bad one, of ${tried} that were tried:`,
          `  ${printable(first.subject)}`,
        ]
      : [
          `the first bad one is one of these, of which the others could not be tried:`,
          ...suspects.map(({commit, subject}) => `  ${commit.slice(0, 12)} ${printable(subject)}`),
        ];
  return [...head, ...side('before', before), ...side('since', after)].join('\n');
}

function side(name: string, result: Result | undefined): readonly string[] {
  if (result === undefined) return [];
  return [
    // The explanation of what is wrong begins with the reason.
    `  ${name}: ${result.verdict} on ${shortName(result.kernel)}${isFine(result) ? `: ${printable(result.reason)}` : ''}`,
    ...explanation(result).map((line) => `  ${line}`),
    // What went wrong is told with it.
    ...(isFine(result) ? [`    evidence: ${displayPath(result.bundle)}`] : []),
  ];
}
