// SPDX-License-Identifier: MIT
import {type Command, Option} from '@commander-js/extra-typings';
import {roundBytes} from '../base/bytes.ts';
import type {Context} from '../base/context.ts';
import {displayPath} from '../base/paths.ts';
import {ensureKernel} from '../build/kernel.ts';
import {
  allKernels,
  type BuildRequest,
  collectableKernels,
  collectKernels,
  kernelPlan,
} from '../runner/kernels.ts';
import {architectureNames} from '../spec/architecture.ts';
import {formatTime} from '../base/live-lines.ts';
import {shared} from './options.ts';
import {shown} from './shown.ts';
import {table} from './table.ts';

/** `p2plab kernel`. */
export function addKernel(program: Command): void {
  const kernel = program
    .command('kernel')
    .description('the kernels of the lab, compiled and kept by content');
  kernel
    .command('build')
    .description('compile kernels now, so that no run has to wait for it')
    .argument('[kernel...]', 'kernels of lab/kernels, or paths of such files; baseline if none is given')
    .addOption(shared.series())
    .addOption(
      new Option('--arch <name>', 'for these guests').choices(architectureNames).default('x86_64' as const),
    )
    .option('--variant <name>', 'for this variant', 'plain')
    .action((names, {series, arch, variant}) =>
      build(names.length === 0 ? ['baseline'] : names, {series, arch, variant}),
    );
  kernel
    .command('list')
    .description('print the kernels there are, and which of them are compiled')
    .action(() => withProgress(list));
  kernel
    .command('gc')
    .description('delete what was not used for the longest time; kernels of lab/kernels stay')
    .option('--dry-run', 'delete nothing: print what would be', false)
    .action(({dryRun}) => withProgress((context) => (dryRun ? previewGarbage(context) : collect(context))));
}

/** Does the work, shows its progress, and prints the lines that it returns. */
async function withProgress(work: (context: Context) => Promise<readonly string[]>): Promise<void> {
  const lines = await shown(work);
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function build(names: readonly string[], request: BuildRequest): Promise<void> {
  const {arch} = request;
  // All of them are read before the first is compiled: a typing error is not to cost ten minutes.
  const plans = names.map((name) => kernelPlan(name, request));
  for (const plan of plans) {
    await withProgress(async (context) => {
      const begun = performance.now();
      const {key, release, folder} = await ensureKernel(plan, context);
      const time = formatTime(Math.round((performance.now() - begun) / 1000));
      return [`${plan.name} (${arch}): Linux ${release}, ${key}, in ${displayPath(folder)} (${time})`];
    });
  }
}

async function list(context: Context): Promise<readonly string[]> {
  const rows = (await allKernels(context)).map(({name = '-', arch, found, description}) =>
    found === undefined
      ? [name, arch, 'not built', '', '', description]
      : [name, arch, found.key, roundBytes(found.bytes), date(found.usedAt), description],
  );
  const columns = [
    {title: 'kernel'},
    {title: 'guests'},
    {title: 'key'},
    {title: 'size', right: true},
    {title: 'last used'},
    {title: 'what it is'},
  ];
  return [table(columns, rows)];
}

async function collect(context: Context): Promise<readonly string[]> {
  const {folders, bytes, abandoned} = await collectKernels(context);
  const gone = [...folders, ...abandoned].map((folder) => `deleted ${displayPath(folder)}`);
  const runs = abandoned.length === 0 ? '' : `; left by killed runs: ${abandoned.length}`;
  return [...gone, `deleted: ${folders.length}, with ${roundBytes(bytes)}${runs}`];
}

async function previewGarbage(context: Context): Promise<readonly string[]> {
  const kernels = await collectableKernels(context);
  const bytes = kernels.reduce((sum, kernel) => sum + kernel.bytes, 0);
  return [
    ...kernels.map(({folder, title}) => `would delete ${displayPath(folder)} (${title})`),
    `kernels that would be deleted: ${kernels.length}, with ${roundBytes(bytes)}; and modules and images that were not used for long`,
  ];
}

/** The day and the minute here, as `2026-11-22 18:09`. */
function date(when: Date): string {
  return when.toLocaleString('sv').slice(0, 16);
}
