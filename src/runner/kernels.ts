// SPDX-License-Identifier: MIT
import type {Context} from '../base/context.ts';
import {UsageError} from '../base/errors.ts';
import {labRoot} from '../base/paths.ts';
import {type KernelPlan, kernelFolder} from '../build/kernel.ts';
import {collectGarbage, listKernels as listStored} from '../build/kernel-store.ts';
import {keyIfKnown} from '../build/unpacked-sources.ts';
import {removeAbandoned} from '../results/abandoned.ts';
import type {ArchitectureName} from '../spec/architecture.ts';
import {listKernels} from '../spec/catalog.ts';
import {readKernel} from '../spec/kernel.ts';
import {selectKernel, withVariant} from './select-kernel.ts';

/** How many kernels that are none of lab/kernels `gc` leaves: those used last. */
const spared = 4;

/** How a kernel is to be built. */
export interface BuildRequest {
  readonly series: readonly string[];
  readonly arch: ArchitectureName;
  readonly variant: string;
}

/**
 * Returns the plan of a kernel of lab/kernels.
 * @throws UsageError if the kernel is not for these guests
 */
export function kernelPlan(name: string, {series, arch, variant}: BuildRequest): KernelPlan {
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
      ...kernelPlan(name, {series: [], arch, variant: 'plain'}),
      description,
    }));
  });
}

/** A kernel of lab/kernels, or one that is stored and none of them. */
export interface ListedKernel {
  /** Undefined for a kernel that is none of lab/kernels. */
  readonly name: string | undefined;
  readonly arch: string;
  readonly description: string;
  /** What is stored of it, if anything. */
  readonly found: Awaited<ReturnType<typeof listStored>>[number] | undefined;
}

/** Lists the kernels of lab/kernels, then the other ones that are stored. */
export async function allKernels(context: Context): Promise<readonly ListedKernel[]> {
  const stored = await listStored();
  const named = await Promise.all(
    namedPlans().map(async (plan) => {
      const key = await keyIfKnown(plan, context);
      const found = stored.find((kernel) => kernel.key === key);
      return {name: plan.name, arch: plan.arch, found, description: plan.description};
    }),
  );
  const others = stored.filter(({key}) => !named.some(({found}) => found?.key === key));
  return [
    ...named,
    ...others.map((found) => ({name: undefined, arch: found.arch, found, description: found.title})),
  ];
}

/** The keys of lab/kernels that can be told without fetching a source; undefined when none can. */
async function namedKeys(context: Context): Promise<readonly string[] | undefined> {
  const keys = await Promise.all(namedPlans().map((plan) => keyIfKnown(plan, context)));
  const known = keys.filter((key) => key !== undefined);
  return known.length > 0 ? known : undefined;
}

/** What was deleted from the cache. */
export interface Collected {
  readonly folders: readonly string[];
  readonly bytes: number;
  /** Directories that killed runs left. */
  readonly abandoned: readonly string[];
}

/** Deletes what was not used for the longest time. */
export async function collectKernels(context: Context): Promise<Collected> {
  const keep = await namedKeys(context);
  // Where no source is left, a kernel could be any of them: then all stay.
  const last = keep === undefined ? Infinity : spared;
  const {folders, bytes} = await collectGarbage({keep: keep ?? [], last}, context);
  return {folders, bytes, abandoned: await removeAbandoned()};
}

/** Returns the kernels that {@link collectKernels} would delete. */
export async function collectableKernels(
  context: Context,
): Promise<readonly {readonly folder: string; readonly title: string; readonly bytes: number}[]> {
  const keep = await namedKeys(context);
  const others = (await listStored()).filter(({key}) => keep !== undefined && !keep.includes(key));
  return others.slice(spared).map(({key, title, bytes}) => ({folder: kernelFolder(key), title, bytes}));
}
