// SPDX-License-Identifier: MIT
import {globSync} from 'node:fs';
import {availableParallelism} from 'node:os';
import path from 'node:path';
import type {Command} from '@commander-js/extra-typings';
import {sumBytes} from '../base/sum.ts';
import {formatBytes} from '../base/bytes.ts';
import type {Context} from '../base/context.ts';
import {displayPath, labRoot} from '../base/paths.ts';
import {bundlesRoot} from '../results/bundle.ts';
import {findScenarios} from '../spec/catalog.ts';
import {planScenario} from '../scenario/plan.ts';
import {drawTopology} from '../topology/draw.ts';
import type {ProgressLines} from './progress.ts';
import {explanation, headline, summary} from '../results/describe.ts';
import {exitCodeOf} from './exit-code.ts';
import type {Result} from '../runner/run-all.ts';
import {runScenarios} from '../runner/run-scenarios.ts';
import {shown} from './shown.ts';

const introduction = `p2plab boots real Linux kernels on emulated PCIe trees, has devices copy from one to another, and
watches from outside the guest where every byte went. (The first time it compiles two kernels: minutes.)`;

/** `p2plab demo`: what there is to see, for somebody who has not read anything yet. */
export function addDemo(program: Command, finish: (exitCode: number) => void): void {
  program
    .command('demo')
    .description('build what is needed, run a tour of scenarios, and show what the devices did')
    .action(async () => {
      process.stdout.write(`${introduction}\n\n`);
      const results = await shown((context, lines) => runEverything(lines, context));
      process.stdout.write(`\n${conclusion(results)}\n`);
      finish(exitCodeOf(results));
    });
}

/** What is shown: scenarios in no folder on plain Linux, and some of them again on a prototype. */
const tour = [
  {kernel: 'baseline', patterns: ['*']},
  {kernel: 'switch', patterns: ['host-memory-only', 'nic-from-cmb', 'nvme-copy-same-switch']},
];

async function runEverything(lines: ProgressLines, {signal}: Context): Promise<readonly Result[]> {
  const reporter = {
    progress: lines.show,
    prepared: () => {
      lines.end();
    },
    result: (result: Result) => {
      lines.end(result.scenario);
      lines.print([headline(result), ...explanation(result)].join('\n'));
    },
  };
  const jobs = Math.min(4, availableParallelism());
  const results: Result[] = [];
  for (const {kernel, patterns: scenarios} of tour)
    results.push(...(await runScenarios({scenarios, kernel, jobs, record: false, signal, reporter})));
  return results;
}

/** The last screen: one tree as an example, what came of it all, where it lies, and what to do next. */
function conclusion(results: readonly Result[]): string {
  const example = findScenarios(labRoot, ['nvme-copy-same-switch']).map((entry) => planScenario(entry))[0];
  const picture = results
    .flatMap(({bundle}) => globSync('screens/*.png', {cwd: bundle}).map((name) => path.join(bundle, name)))
    .at(0);
  const name = example?.name ?? '';
  return [
    ...(example === undefined ? [] : [`The machine of ${name}:`, drawTopology(example.topology)]),
    `${summary(results)}. ${answer(results)}`,
    `bundles  ${displayPath(bundlesRoot)}  (all evidence of each run, and a reproduce.sh)`,
    ...(picture === undefined ? [] : [`picture  ${displayPath(picture)}`]),
    `next     ./p2plab shell ${name}  (a shell in that machine)`,
    `         ./p2plab run ${name} --series PATCH  (the same on a kernel with your patch)`,
  ].join('\n');
}

function answer(results: readonly Result[]): string {
  const ledger = results.flatMap(({steps}) => steps.flatMap((step) => step.ledger));
  const bytes = sumBytes(ledger.filter(({bar}) => bar !== undefined));
  const moved = `${formatBytes(bytes)} went from peer to peer`;
  return exitCodeOf(results) === 0
    ? `${moved}, where they should, and nowhere else.`
    : `${moved}, but not all is as it should be: see above.`;
}
