// SPDX-License-Identifier: MIT
import {type Command, Option} from '@commander-js/extra-typings';
import {prefixesOf} from '../build/prefixes.ts';
import {labRoot} from '../base/paths.ts';
import {findScenarios} from '../spec/catalog.ts';
import {exitCodes} from './exit-code.ts';
import {count, shared} from './options.ts';
import {withVariant, selectKernel} from '../runner/select-kernel.ts';
import {alongSeries} from './series/table.ts';
import {changesAlong} from '../runner/series-changes.ts';
import {shownSideBySide} from './shown.ts';

/** `p2plab series`. */
export function addSeries(program: Command, finish: (exitCode: number) => void): void {
  program
    .command('series')
    .description(
      'build and run after each patch of a series: does each build, and where does a scenario change?',
    )
    .argument('<series>', 'a folder of patches, or a mailbox')
    .argument('[scenario...]', 'a name, a path, a folder or a glob', ['nvme-copy-same-switch'])
    .addOption(shared.kernel())
    .addOption(shared.config())
    .option('--variant <variant>', 'variant of the kernel (lab/variants)', 'plain')
    .addOption(shared.qemu())
    .addOption(shared.database())
    .option('--jobs <n>', 'guests at the same time', count, 2)
    .addOption(new Option('--format <format>', 'what is printed').choices(['text', 'json']).default('text'))
    .action(
      async (given, patterns, {kernel: base, config, variant: variantName, qemu, database, jobs, format}) => {
        const entries = findScenarios(labRoot, patterns);
        const patches = await prefixesOf(given);
        const {name: whole} = selectKernel(base, {config});
        const recipes = [undefined, ...patches].map((patch, number) => ({
          ...selectKernel(base, {config, series: patch === undefined ? [] : [patch.upTo]}),
          name: number === 0 ? whole : `${whole}+${number}`,
        }));
        const [first] = recipes;
        if (first === undefined) return;
        const {variant} = withVariant(first, variantName);
        const candidates = recipes.map((recipe) => ({kernel: withVariant(recipe, variantName).kernel}));
        const columns = await shownSideBySide({entries, candidates, variant, qemu, jobs}, database);
        const scenarios = entries.map(({name}) => name);
        const subjects = patches.map(({subject}) => subject);
        const changes = changesAlong(scenarios, columns);
        if (format === 'json') {
          const unbuilt = columns.flatMap((column, patch) => ('unbuilt' in column ? [patch] : []));
          const told = changes.map(({before, after, ...change}) => {
            return {...change, before: before.verdict, after: after.verdict, bundle: after.bundle};
          });
          process.stdout.write(`${JSON.stringify({patches: subjects, unbuilt, changes: told}, null, 2)}\n`);
        } else process.stdout.write(`${alongSeries(scenarios, columns, subjects)}\n`);
        const broken = columns.some((column) => 'unbuilt' in column);
        const worse =
          broken || changes.some(({difference}) => difference === 'worse' || difference === 'costs more');
        const results = columns.flatMap((column) => ('results' in column ? column.results : []));
        const inconclusive = results.length === 0 || results.some(({verdict}) => verdict === 'error');
        finish(worse ? exitCodes.failed : inconclusive ? exitCodes.host : exitCodes.passed);
      },
    );
}
