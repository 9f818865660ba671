// SPDX-License-Identifier: MIT
import {writeFile} from 'node:fs/promises';
import type {Command} from '@commander-js/extra-typings';
import type {Context} from '../base/context.ts';
import {displayPath, labRoot} from '../base/paths.ts';
import {chooseQemu} from '../build/qemu.ts';
import {describeQemu, findQemu} from '../guest/qemu-binary.ts';
import {cellsOf} from '../results/designs/cells.ts';
import {type DesignsPage, designsPage} from '../results/designs/page.ts';
import {planFor, planScenario} from '../scenario/plan.ts';
import {findScenarios} from '../spec/catalog.ts';
import {exitCodes} from './exit-code.ts';
import {interruptible} from './interrupt.ts';
import {count, shared} from './options.ts';
import {type ProgressLines, progressLines} from './progress.ts';
import {headline} from '../results/describe.ts';
import {type Result, runAll} from './run-all.ts';
import {selectKernel} from './select-kernel.ts';

/** Plain Linux, and the designs of the thread of 2017. */
export const designNames = ['baseline', 'switch', 'pagemap', 'resource'] as const;

/** The scenarios that drive every pair. */
export const pairPatterns = ['pairs'] as const;

export interface DesignsRequest {
  readonly kernels: readonly string[];
  readonly patterns: readonly string[];
  readonly qemu: string | undefined;
  readonly jobs: number;
}

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
      const lines = progressLines({alone: true});
      const request = {kernels: kernels.split(','), patterns, qemu, jobs};
      const {page, results} = await interruptible(lines.show, (context) =>
        compareDesigns(request, lines, context),
      ).finally(() => {
        lines.close();
      });
      if (output === undefined) process.stdout.write(designsPage(page));
      else await writeFile(output, designsPage(page));
      finish(reportErrors(results));
    });
}

/** Runs what is asked for on each kernel. */
export async function compareDesigns(
  {kernels, patterns, qemu, jobs}: DesignsRequest,
  lines: Pick<ProgressLines, 'end' | 'show'>,
  context: Context,
): Promise<{readonly page: DesignsPage; readonly results: readonly Result[]}> {
  const entries = findScenarios(labRoot, patterns);
  const plans = entries.map((entry) => planScenario(entry));
  const designs = kernels.map((name) => ({name, plan: selectKernel(name)}));
  const results: Result[] = [];
  for (const {plan: kernel} of designs) {
    const listener = {
      result: (result: Result) => {
        lines.end(result.scenario);
        lines.show({topic: 'designs', text: headline(result)});
      },
    };
    results.push(...(await runAll({entries, kernel, qemu, jobs, keep: false}, listener, context)));
  }
  const binary = await findQemu('x86_64', await chooseQemu(qemu, context), context);
  const topologies = new Map(plans.map((plan) => [plan.name, planFor(plan, binary).topology]));
  const plain = designs.every(({plan}) => plan.features.length === 0);
  const page: DesignsPage = {
    about: plain ? 'versions' : 'designs',
    designs: designs.map(({plan: {name, description}}) => ({name, description})),
    scenarios: plans.map(({name, scenario}) => ({name, description: scenario.value.description})),
    machine: `QEMU ${describeQemu(binary)}`,
    cells: results.flatMap((result) => {
      const topology = topologies.get(result.scenario);
      return topology === undefined ? [] : cellsOf(topology, result);
    }),
  };
  return {page, results};
}

/** Cells that are wrong are what the page is for; only what was not found out is an error. */
function reportErrors(results: readonly Result[]): number {
  const broken = results.filter(({verdict}) => verdict === 'error');
  for (const {scenario, kernel, reason, bundle} of broken) {
    process.stderr.write(`p2plab: ${scenario} on ${kernel}: ${reason} (${displayPath(bundle)})\n`);
  }
  return broken.length === 0 && results.length > 0 ? exitCodes.passed : exitCodes.host;
}
