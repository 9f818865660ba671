// SPDX-License-Identifier: MIT
import {statSync} from 'node:fs';
import {type Command, Option} from '@commander-js/extra-typings';
import {UsageError} from '../base/errors.ts';
import {jsonText} from '../base/json.ts';
import {labRoot} from '../base/paths.ts';
import {workFolderOf} from '../build/sources/registry.ts';
import {findScenarios} from '../spec/catalog.ts';
import {isPath, shortNames} from '../spec/identity.ts';
import {comparison, pairResults} from './compare/table.ts';
import {exitCodes} from './exit-code.ts';
import {count, shared} from './options.ts';
import {toJson} from './reporters/json.ts';
import {costsBeyond, isUndeclaredRise} from '../results/measured-change.ts';
import {withVariant, moduleFolders, type SelectedKernel, selectKernel} from './select-kernel.ts';
import {shownSideBySide} from './side-by-side.ts';

/** `p2plab compare`. */
export function addCompare(program: Command, finish: (exitCode: number) => void): void {
  program
    .command('compare')
    .description(
      'run the same on two kernels: what is the same, better, worse, went another way, or costs more',
    )
    .argument('<base>', 'a kernel, as for --kernel of run')
    .argument('<patched>', 'another one, or a series (folder, patch, mailbox) on top of the first')
    .argument('[scenario...]', 'a name, a path, a folder or a glob; all scenarios if none is given')
    .addOption(shared.config())
    .addOption(shared.module())
    .option('--variant <variant>', 'variant of both kernels (lab/variants)', 'plain')
    .addOption(shared.qemu())
    .addOption(shared.database())
    .option('--jobs <n>', 'guests at the same time', count, 2)
    .option('--seconds <n>', 'how long mixed loads last, instead of what their scenarios say', count)
    .addOption(new Option('--format <format>', 'what is printed').choices(['text', 'json']).default('text'))
    .action(async (base, patched, patterns, options) => {
      const {config, module, qemu, jobs, seconds, format, database} = options;
      const modules = moduleFolders(module);
      const kernels = bothKernels(base, patched, {config, modules: module});
      const {variant} = withVariant(kernels[0], options.variant);
      const candidates = kernels.map((kernel) => ({
        kernel: withVariant(kernel, options.variant).kernel,
        modules,
      }));
      const entries = findScenarios(labRoot, patterns.length === 0 ? ['**'] : patterns);
      const columns = await shownSideBySide({entries, candidates, variant, qemu, jobs, seconds}, database);
      const [first, second] = columns.map((column) => {
        // One of two that does not build leaves nothing to compare.
        if ('unbuilt' in column) throw column.unbuilt;
        return column.results;
      });
      const costs = costsBeyond(kernels[0].costs, kernels[1].costs);
      const pairs = pairResults(first ?? [], second ?? [], costs);
      const shown = shortNames(kernels.map(({name}) => name));
      const names = [shown(kernels[0].name), shown(kernels[1].name)] as const;
      process.stdout.write(
        format === 'json'
          ? `${jsonText({pairs: pairs.map((pair) => ({...pair, base: toJson(pair.base), patched: toJson(pair.patched)}))}, 2)}\n`
          : `${comparison(pairs, names)}\n`,
      );
      const worse = pairs.some(
        ({difference, measurements}) => difference === 'worse' || measurements.some(isUndeclaredRise),
      );
      const inconclusive = pairs.length === 0 || pairs.some(({difference}) => difference === 'inconclusive');
      finish(worse ? exitCodes.failed : inconclusive ? exitCodes.host : exitCodes.passed);
    });
}

/**
 * The two kernels. What is put on top is put on both: they differ in the kernel and in nothing else.
 * @throws UsageError where they do not differ, or are not for the same guests
 */
function bothKernels(
  base: string,
  patched: string,
  additions: {readonly config: readonly string[]; readonly modules: readonly string[]},
): readonly [SelectedKernel, SelectedKernel] {
  const first = selectKernel(base, additions);
  const second = isSeries(patched)
    ? selectKernel(base, {...additions, series: [patched]})
    : selectKernel(patched, additions);
  const {name: _first, ...one} = first;
  const {name: _second, ...other} = second;
  if (JSON.stringify(one) === JSON.stringify(other) && workFolderOf(first.source) === undefined)
    throw new UsageError(`${base} and ${patched} are the same kernel`);
  const differing = first.architectures.join() !== second.architectures.join();
  if (differing)
    throw new UsageError(
      `${first.name} is for ${first.architectures.join(', ')}, ${second.name} for ${second.architectures.join(', ')}: they differ in more than the kernel`,
    );
  return [first, second];
}

/** A file that is no YAML, or a folder that is no source of a kernel; what could be a name is one. */
function isSeries(given: string): boolean {
  if (!isPath(given)) return false;
  const found = statSync(given, {throwIfNoEntry: false});
  if (found === undefined) return false;
  if (found.isFile()) return !/\.ya?ml$/.test(given);
  return statSync(`${given}/Kbuild`, {throwIfNoEntry: false}) === undefined;
}
