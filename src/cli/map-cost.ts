// SPDX-License-Identifier: MIT
import {writeFile} from 'node:fs/promises';
import type {Command} from '@commander-js/extra-typings';
import type {Context} from '../base/context.ts';
import {shellWords} from '../guest/shell-words.ts';
import {displayPath, labRoot} from '../base/paths.ts';
import {compilerVersion} from '../build/compiler.ts';
import {compareCounts, undeclared} from '../results/map-cost/compare.ts';
import {type MapCostPage, mapCostPage, declarations} from '../results/map-cost/page.ts';
import {headline} from '../results/describe.ts';
import {findScenarios} from '../spec/catalog.ts';
import {readScenario} from '../scenario/scenario-file.ts';
import {designNames} from './designs.ts';
import {exitCodeOf, exitCodes} from './exit-code.ts';
import {interruptible} from './interrupt.ts';
import {count, shared} from './options.ts';
import {type ProgressLines, progressLines} from './progress.ts';
import {type Result, runAll} from './run-all.ts';
import {withVariant, selectKernel} from './select-kernel.ts';

/** The variant that counts instructions. */
const countingVariant = 'instruction-count';

/** The scenarios that are made for it. */
const mapCostScenarios = 'map-cost';

export interface MapCostRequest {
  /** The first is what the others are held against. */
  readonly kernels: readonly string[];
  /** What is applied on top of the first, for one kernel more. */
  readonly series: readonly string[];
  readonly patterns: readonly string[];
  readonly qemu?: string | undefined;
  readonly jobs: number;
}

/** `p2plab map-cost`. */
export function addMapCost(program: Command, finish: (exitCode: number) => void): void {
  program
    .command('map-cost')
    .description(
      'count what mapping host memory costs on each kernel, in instructions; 1 if more than declared',
    )
    .argument('[scenario...]', 'as for run', [mapCostScenarios])
    .option(
      '--kernels <names>',
      'kernels of lab/kernels, with commas between them: the first is the base',
      designNames.join(','),
    )
    .addOption(shared.series())
    .addOption(shared.qemu())
    .option('--jobs <n>', 'guests at the same time', count, 1)
    .option('--output <file>', 'where the page goes instead of standard output')
    .option('--declare', "print what each kernel's file had to declare, instead of the page", false)
    .action(async (patterns, {kernels, output, declare, ...rest}) => {
      const lines = progressLines({alone: true});
      const request = {kernels: kernels.split(','), patterns, ...rest};
      const {page, results} = await interruptible(lines.show, (context) =>
        countOn(request, lines, context),
      ).finally(() => {
        lines.close();
      });
      const text = declare ? declarations(page.rows) : mapCostPage(page);
      if (output === undefined) process.stdout.write(text);
      else await writeFile(output, text);
      finish(report(page, results));
    });
}

/** Runs what is asked for on each kernel. */
export async function countOn(
  {kernels, series, patterns, qemu, jobs}: MapCostRequest,
  lines: Pick<ProgressLines, 'end' | 'show'>,
  context: Context,
): Promise<{readonly page: MapCostPage; readonly results: readonly Result[]}> {
  const entries = findScenarios(labRoot, patterns);
  const [base = ''] = kernels;
  const chosen = [
    ...kernels.map((name) => selectKernel(name)),
    ...(series.length === 0 ? [] : [selectKernel(base, {series})]),
  ];
  const results: Result[] = [];
  const listener = {
    result: (result: Result) => {
      lines.end(result.scenario);
      lines.show({topic: 'map-cost', text: headline(result)});
    },
  };
  for (const kernel of chosen) {
    const recipe = withVariant(kernel, countingVariant);
    results.push(...(await runAll({entries, ...recipe, qemu, jobs, keep: false}, listener, context)));
  }
  const [first, ...others] = chosen;
  const rows = compareCounts(first?.name ?? '', others, results);
  const words = [
    ...(patterns.join() === mapCostScenarios ? [] : patterns),
    ...(kernels.join() === designNames.join() ? [] : ['--kernels', kernels.join()]),
    ...series.flatMap((name) => ['--series', name]),
  ];
  const page: MapCostPage = {
    base: first?.name ?? '',
    kernels: chosen,
    scenarios: entries.map(({name, file}) => ({name, description: readScenario(file).value.description})),
    machine: `${await compilerVersion()}, on QEMU ${results[0]?.qemu ?? ''}`,
    rows,
    command: `./p2plab map-cost ${shellWords([...words, '--output', 'docs/map-cost.md'])}`,
  };
  return {page, results};
}

/** 1 for a rise that is not declared, a fail or a crash; 3 where the lab or its host failed. */
function report({base, rows}: MapCostPage, results: readonly Result[]): number {
  const rises = undeclared(base, rows);
  const bad = results.filter(({verdict}) => verdict !== 'pass');
  const lines = [
    ...bad.map(
      ({scenario, kernel, verdict, reason, bundle}) =>
        `${scenario} on ${kernel}: ${verdict}: ${reason} (${displayPath(bundle)})`,
    ),
    ...rises,
  ];
  for (const text of lines) process.stderr.write(`p2plab: ${text}\n`);
  return rises.length > 0 ? exitCodes.failed : exitCodeOf(results);
}
