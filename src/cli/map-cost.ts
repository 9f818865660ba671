// SPDX-License-Identifier: MIT
import {writeFile} from 'node:fs/promises';
import type {Command} from '@commander-js/extra-typings';
import {displayPath} from '../base/paths.ts';
import {undeclared} from '../results/map-cost/compare.ts';
import {type MapCostPage, mapCostPage, declarations} from '../results/map-cost/page.ts';
import {designNames} from '../runner/designs.ts';
import {mapCostScenarios, measureMapCost} from '../runner/map-cost.ts';
import type {Result} from '../runner/run-all.ts';
import {exitCodeOf, exitCodes} from './exit-code.ts';
import {count, shared} from './options.ts';
import {shown, showHeadline, warn} from './shown.ts';

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
      const request = {kernels: kernels.split(','), patterns, ...rest};
      const {page, results} = await shown(
        (context, lines) => measureMapCost(request, showHeadline(lines, 'map-cost'), context),
        {alone: true},
      );
      const text = declare ? declarations(page.rows) : mapCostPage(page);
      if (output === undefined) process.stdout.write(text);
      else await writeFile(output, text);
      finish(report(page, results));
    });
}

/** 1 for a rise that is not declared, a fail or a crash; 3 where the lab or its host failed. */
function report({base, rows}: MapCostPage, results: readonly Result[]): number {
  const regressions = undeclared(base, rows);
  const bad = results.filter(({verdict}) => verdict !== 'pass');
  const lines = [
    ...bad.map(
      ({scenario, kernel, verdict, reason, bundle}) =>
        `${scenario} on ${kernel}: ${verdict}: ${reason} (${displayPath(bundle)})`,
    ),
    ...regressions,
  ];
  for (const text of lines) warn(text);
  return regressions.length > 0 ? exitCodes.failed : exitCodeOf(results);
}
