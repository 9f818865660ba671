// SPDX-License-Identifier: MIT
import {writeFile} from 'node:fs/promises';
import type {Command} from '@commander-js/extra-typings';
import {displayPath} from '../base/paths.ts';
import {designsPage} from '../results/designs/page.ts';
import {compareDesigns, designNames, pairPatterns} from '../runner/designs.ts';
import type {Result} from '../runner/run-all.ts';
import {exitCodes} from './exit-code.ts';
import {count, shared} from './options.ts';
import {shown, showHeadline, warn} from './shown.ts';

/** `p2plab designs`. */
export function addDesigns(program: Command, finish: (exitCode: number) => void): void {
  program
    .command('designs')
    .description('run every pair of devices on each design, and make the page that compares them')
    .argument('[scenario...]', 'as for run', [...pairPatterns])
    .option('--kernels <names>', 'kernels of lab/kernels, with commas between them', designNames.join(','))
    .addOption(shared.qemu())
    .option('--jobs <n>', 'guests at the same time', count, 1)
    .option('--output <file>', 'where the page goes instead of standard output')
    .action(async (patterns, {kernels, qemu, jobs, output}) => {
      const request = {kernels: kernels.split(','), patterns, qemu, jobs};
      const {page, results} = await shown(
        (context, lines) => compareDesigns(request, showHeadline(lines, 'designs'), context),
        {alone: true},
      );
      if (output === undefined) process.stdout.write(designsPage(page));
      else await writeFile(output, designsPage(page));
      finish(reportErrors(results));
    });
}

/** Cells that are wrong are what the page is for; only what was not found out is an error. */
function reportErrors(results: readonly Result[]): number {
  const broken = results.filter(({verdict}) => verdict === 'error');
  for (const {scenario, kernel, reason, bundle} of broken) {
    warn(`${scenario} on ${kernel}: ${reason} (${displayPath(bundle)})`);
  }
  return broken.length === 0 && results.length > 0 ? exitCodes.passed : exitCodes.host;
}
