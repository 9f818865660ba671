// SPDX-License-Identifier: MIT
import type {Command} from '@commander-js/extra-typings';
import type {Context} from '../base/context.ts';
import {displayPath, labRoot} from '../base/paths.ts';
import {ensureKernel, kernelFolder} from '../build/kernel.ts';
import {collectGarbage, listKernels as listStored} from '../build/kernel-store.ts';
import {listKernels} from '../spec/catalog.ts';
import {readKernel} from '../spec/kernel.ts';
import {formatBytes, keyIfKnown} from './cache.ts';
import {interruptible} from './interrupt.ts';
import {formatTime} from './live-lines.ts';
import {shared} from './options.ts';
import {progressLines} from './progress.ts';
import {selectKernel} from './select-kernel.ts';
import {table} from './table.ts';

/** How many kernels that are none of lab/kernels `gc` leaves: those used last. */
const spared = 4;

/** `p2plab kernel`. */
export function addKernel(program: Command): void {
  const kernel = program
    .command('kernel')
    .description('the kernels of the lab, compiled and kept by content');
  kernel
    .command('build')
    .description('compile kernels now, so that no run has to wait for it')
    .argument('[name...]', 'kernels of lab/kernels, or paths of such files; baseline if none is given')
    .addOption(shared.series())
    .action((names, {series}) => build(names.length === 0 ? ['baseline'] : names, series));
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

/** Does the work, shows its progress, and prints the lines that come of it. */
async function withProgress(work: (context: Context) => Promise<readonly string[]>): Promise<void> {
  const progress = progressLines();
  const lines = await interruptible(progress.show, work).finally(() => {
    progress.close();
  });
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function build(names: readonly string[], series: readonly string[]): Promise<void> {
  // All of them are read before the first is compiled: a typing error is not to cost ten minutes.
  const plans = names.map((name) => selectKernel(name, series));
  for (const plan of plans) {
    await withProgress(async (context) => {
      const begun = performance.now();
      const {key, release, folder} = await ensureKernel(plan, context);
      const time = formatTime(Math.round((performance.now() - begun) / 1000));
      return [`${plan.name}: Linux ${release}, ${key}, in ${displayPath(folder)} (${time})`];
    });
  }
}

async function list(context: Context): Promise<readonly string[]> {
  const stored = await listStored();
  const named = await Promise.all(
    listKernels(labRoot).map(async ({name, file}) => {
      const key = await keyIfKnown(selectKernel(name, []), context);
      const found = stored.find((kernel) => kernel.key === key);
      return {name, found, description: readKernel(file).value.description};
    }),
  );
  const others = stored.filter(({key}) => !named.some(({found}) => found?.key === key));
  const rows = [...named, ...others.map((found) => ({name: '-', found, description: found.title}))].map(
    ({name, found, description}) =>
      found === undefined
        ? [name, 'not built', '', '', description]
        : [name, found.key, formatBytes(found.bytes), date(found.usedAt), description],
  );
  const columns = [
    {title: 'kernel'},
    {title: 'key'},
    {title: 'size', right: true},
    {title: 'last used'},
    {title: 'what it is'},
  ];
  return [table(columns, rows)];
}

/** The keys of lab/kernels; undefined when one cannot be told without fetching its source. */
async function namedKeys(context: Context): Promise<readonly string[] | undefined> {
  const plans = listKernels(labRoot).map(({name}) => selectKernel(name, []));
  const keys = await Promise.all(plans.map((plan) => keyIfKnown(plan, context)));
  const known = keys.filter((key) => key !== undefined);
  return known.length === keys.length ? known : undefined;
}

async function collect(context: Context): Promise<readonly string[]> {
  const keep = await namedKeys(context);
  // A kernel whose key is not known could be any: then all stay.
  const last = keep === undefined ? Infinity : spared;
  const {folders, bytes} = await collectGarbage({keep: keep ?? [], last}, context);
  const gone = folders.map((folder) => `deleted ${displayPath(folder)}`);
  return [...gone, `deleted: ${folders.length}, with ${formatBytes(bytes)}`];
}

async function previewGarbage(context: Context): Promise<readonly string[]> {
  const keep = await namedKeys(context);
  const others = (await listStored()).filter(({key}) => keep !== undefined && !keep.includes(key));
  const doomed = others.slice(spared);
  const bytes = doomed.reduce((sum, kernel) => sum + kernel.bytes, 0);
  return [
    ...doomed.map(({key, title}) => `would delete ${displayPath(kernelFolder(key))} (${title})`),
    `kernels that would be deleted: ${doomed.length}, with ${formatBytes(bytes)}; and modules and images that were not used for long`,
  ];
}

/** The day and the minute here, as `2026-11-22 18:09`. */
function date(when: Date): string {
  return when.toLocaleString('sv').slice(0, 16);
}
