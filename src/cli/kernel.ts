// SPDX-License-Identifier: MIT
import {type Command, Option} from '@commander-js/extra-typings';
import {sumBytes} from '../base/sum.ts';
import type {Context} from '../base/context.ts';
import {UsageError} from '../base/errors.ts';
import {displayPath, labRoot} from '../base/paths.ts';
import {ensureKernel, type KernelPlan, kernelFolder} from '../build/kernel.ts';
import {removeAbandoned} from '../results/abandoned.ts';
import {collectGarbage, listKernels as listStored} from '../build/kernel-store.ts';
import {type ArchitectureName, architectureNames} from '../spec/architecture.ts';
import {listKernels} from '../spec/catalog.ts';
import {readKernel} from '../spec/kernel.ts';
import {roundBytes} from '../base/bytes.ts';
import {keyIfKnown} from './cache.ts';
import {interruptible} from './interrupt.ts';
import {formatTime} from './live-lines.ts';
import {shared} from './options.ts';
import {progressLines} from './progress.ts';
import {withVariant, selectKernel} from './select-kernel.ts';
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

/** Does the work, shows its progress, and prints the lines that come of it. */
async function withProgress(work: (context: Context) => Promise<readonly string[]>): Promise<void> {
  const progress = progressLines();
  const lines = await interruptible(progress.show, work).finally(() => {
    progress.close();
  });
  process.stdout.write(`${lines.join('\n')}\n`);
}

interface BuildRequest {
  readonly series: readonly string[];
  readonly arch: ArchitectureName;
  readonly variant: string;
}

async function build(names: readonly string[], request: BuildRequest): Promise<void> {
  const {arch} = request;
  // All of them are read before the first is compiled: a typing error is not to cost ten minutes.
  const plans = names.map((name) => planFor(name, request));
  for (const plan of plans) {
    await withProgress(async (context) => {
      const begun = performance.now();
      const {key, release, folder} = await ensureKernel(plan, context);
      const time = formatTime(Math.round((performance.now() - begun) / 1000));
      return [`${plan.name} (${arch}): Linux ${release}, ${key}, in ${displayPath(folder)} (${time})`];
    });
  }
}

/** @throws UsageError if the kernel is not for these guests */
function planFor(name: string, {series, arch, variant}: BuildRequest): KernelPlan {
  const recipe = withVariant(selectKernel(name, {series}), variant).kernel;
  if (recipe.architectures.includes(arch)) return {...recipe, arch};
  throw new UsageError(`the kernel ${name} cannot be built for ${arch}`, {
    hint: `it is for ${recipe.architectures.join(', ')}: see lab/kernels/${name}.yaml`,
  });
}

/** The kernels of lab/kernels, for each architecture that they are for. */
function namedPlans(): readonly (KernelPlan & {readonly description: string})[] {
  return listKernels(labRoot).flatMap(({name, file}) => {
    const {description, architectures} = readKernel(file).value;
    return architectures.map((arch) => ({
      ...planFor(name, {series: [], arch, variant: 'plain'}),
      description,
    }));
  });
}

async function list(context: Context): Promise<readonly string[]> {
  const stored = await listStored();
  const named = await Promise.all(
    namedPlans().map(async (plan) => {
      const key = await keyIfKnown(plan, context);
      const found = stored.find((kernel) => kernel.key === key);
      return {name: plan.name, arch: plan.arch, found, description: plan.description};
    }),
  );
  const others = stored.filter(({key}) => !named.some(({found}) => found?.key === key));
  const rows = [
    ...named,
    ...others.map((found) => ({name: '-', arch: found.arch, found, description: found.title})),
  ].map(({name, arch, found, description}) =>
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

/** The keys of lab/kernels that can be told without fetching a source; undefined when none can. */
async function namedKeys(context: Context): Promise<readonly string[] | undefined> {
  const keys = await Promise.all(namedPlans().map((plan) => keyIfKnown(plan, context)));
  const known = keys.filter((key) => key !== undefined);
  return known.length > 0 ? known : undefined;
}

async function collect(context: Context): Promise<readonly string[]> {
  const keep = await namedKeys(context);
  // Where no source is left, a kernel could be any of them: then all stay.
  const last = keep === undefined ? Infinity : spared;
  const {folders, bytes} = await collectGarbage({keep: keep ?? [], last}, context);
  const abandoned = await removeAbandoned();
  const gone = [...folders, ...abandoned].map((folder) => `deleted ${displayPath(folder)}`);
  const runs = abandoned.length === 0 ? '' : `; left by killed runs: ${abandoned.length}`;
  return [...gone, `deleted: ${folders.length}, with ${roundBytes(bytes)}${runs}`];
}

async function previewGarbage(context: Context): Promise<readonly string[]> {
  const keep = await namedKeys(context);
  const others = (await listStored()).filter(({key}) => keep !== undefined && !keep.includes(key));
  const doomed = others.slice(spared);
  const bytes = sumBytes(doomed);
  return [
    ...doomed.map(({key, title}) => `would delete ${displayPath(kernelFolder(key))} (${title})`),
    `kernels that would be deleted: ${doomed.length}, with ${roundBytes(bytes)}; and modules and images that were not used for long`,
  ];
}

/** The day and the minute here, as `2026-11-22 18:09`. */
function date(when: Date): string {
  return when.toLocaleString('sv').slice(0, 16);
}
