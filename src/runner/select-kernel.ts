// SPDX-License-Identifier: MIT
import {readdirSync, readFileSync, statSync} from 'node:fs';
import path from 'node:path';
import {UsageError} from '../base/errors.ts';
import {displayPath, labRoot} from '../base/paths.ts';
import {baseCommitIn} from '../build/base-commit.ts';
import type {KernelRecipe} from '../build/kernel.ts';
import type {Variant} from '../scenario/machine.ts';
import {architectureNames} from '../spec/architecture.ts';
import {findKernel, findVariant, listKernels, useFile} from '../spec/catalog.ts';
import {identityOf, isPath} from '../spec/identity.ts';
import {type KernelSpec, readKernel} from '../spec/kernel.ts';
import {type NamedSource, sourceByPrefix} from '../spec/kernel-source.ts';
import {readVariant} from '../spec/variant.ts';

/** A kernel, and what its file says beside what it is made of. */
export type SelectedKernel = KernelRecipe & Pick<KernelSpec, 'costs' | 'description'>;

/** What `--series`, `--config` and `--module` put on top of a kernel. */
export interface KernelAdditions {
  readonly series?: readonly string[];
  readonly config?: readonly string[];
  /** Folders of modules; only those that are not of the lab are loaded before anything is driven. */
  readonly modules?: readonly string[];
}

/**
 * The kernel that `--kernel` names, with what is put on top of it: one of lab/kernels, the path of such a file, a work
 * tree as it is, or `git:REPOSITORY@REVISION`.
 * @throws UsageError when there is no such kernel, series, fragment or module
 */
export function selectKernel(
  name: string,
  {series = [], config = [], modules = []}: KernelAdditions = {},
): SelectedKernel {
  const added = series.map(existingSeries);
  const base = baseKernel(name, added);
  const fragments = config.map(fragmentOf);
  const loaded = Object.keys(moduleDirectories(modules)).filter((module) => !isOfLab(module));
  const title = [
    base.name,
    ...added.map((file) => identityOf(file).replace(/\.(patch|mbox)$/, '')),
    ...fragments.map((file) => (isPath(file) ? identityOf(file) : file).replace(/\.config$/, '')),
    // A run with a module of the user's own must not enter the history of the kernel alone.
    ...modules.map((folder) => identityOf(folder)),
  ];
  return {
    ...base,
    name: title.join('+'),
    series: [...base.series, ...added],
    config: [...base.config, ...fragments],
    modules: [...base.modules, ...loaded],
  };
}

function baseKernel(name: string, series: readonly string[]): SelectedKernel {
  const named = sourceByPrefix(name, () => series.map(baseOf).find((base) => base !== undefined));
  if (named !== undefined) return ofSource(named);
  const isFolder = statSync(name, {throwIfNoEntry: false})?.isDirectory() === true;
  if (isFolder && isPath(name)) {
    const folder = path.resolve(name);
    return ofSource({name: identityOf(folder), source: {kind: 'tree', path: folder}});
  }
  if (isFolder && !listKernels(labRoot).some((entry) => entry.name === name))
    throw new UsageError(`there is no kernel "${name}"`, {hint: useFile(name)});
  const entry = findKernel(labRoot, name);
  return {...readKernel(entry.file).value, name: entry.name};
}

/** A source of the user's own is plain Linux for all that the lab knows. */
function ofSource({name, source}: NamedSource): SelectedKernel {
  return {
    ...{description: '', costs: {}},
    ...{name, source, config: [], series: [], features: [], missing: [], modules: []},
    architectures: [...architectureNames],
  };
}

function baseOf(series: string): string | undefined {
  const files = statSync(series).isDirectory()
    ? readdirSync(series)
        .filter((file) => file.endsWith('.patch'))
        .map((file) => path.join(series, file))
    : [series];
  return files.map((file) => baseCommitIn(readFileSync(file, 'utf8'))).find((base) => base !== undefined);
}

function existingSeries(given: string): string {
  const file = path.resolve(given);
  if (statSync(file, {throwIfNoEntry: false}) !== undefined) return file;
  throw new UsageError(`there is no series ${file}`, {
    hint: 'give a folder of patches, a patch or a mailbox',
  });
}

/** A fragment by the name that it has in images/config, or by its path. */
function fragmentOf(given: string): string {
  if (/^[a-z0-9-]+$/.test(given)) {
    const file = path.join(labRoot, 'images/config', `${given}.config`);
    if (statSync(file, {throwIfNoEntry: false}) !== undefined) return given;
  }
  const file = path.resolve(given);
  const isFile = statSync(file, {throwIfNoEntry: false})?.isFile() === true;
  if (isFile && isPath(given)) return file;
  throw new UsageError(`there is no config fragment ${given}`, {
    hint: isFile
      ? useFile(given)
      : 'give the path of a file with lines as CONFIG_X=y, or a name of images/config',
  });
}

/**
 * Folders of modules by the names of the modules that they make.
 * @throws UsageError for a folder whose Kbuild makes none
 */
export function moduleDirectories(folders: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(folders.map((given) => [moduleNameOf(path.resolve(given)), path.resolve(given)]));
}

function moduleNameOf(folder: string): string {
  for (const name of ['Kbuild', 'Makefile']) {
    const file = path.join(folder, name);
    if (statSync(file, {throwIfNoEntry: false}) === undefined) continue;
    const made = /^\s*obj-[^\n]*?[+:?]?=\s*([\w-]+)\.o/m.exec(readFileSync(file, 'utf8'))?.[1];
    if (made !== undefined) return made.replaceAll('-', '_');
  }
  throw new UsageError(`${displayPath(folder)} is no module: no Kbuild there makes one`, {
    hint: 'a line as "obj-m += name.o" is what it takes',
  });
}

function isOfLab(module: string): boolean {
  return statSync(path.join(labRoot, 'images/modules', module), {throwIfNoEntry: false}) !== undefined;
}

/** A kernel with the additions of a variant, and the variant. */
export interface KernelWithVariant {
  readonly kernel: KernelRecipe;
  readonly variant: Variant;
}

/**
 * A kernel with what the variant that `--variant` names adds to it.
 * @throws UsageError when there is no such variant
 */
export function withVariant(kernel: KernelRecipe, name: string): KernelWithVariant {
  const entry = findVariant(labRoot, name);
  const {config, series, postCommands, ...rest} = readVariant(entry.file).value;
  return {
    kernel: {...kernel, config: [...kernel.config, ...config], series: [...kernel.series, ...series]},
    variant: {...rest, ...(postCommands !== undefined && {postCommands}), name: entry.name},
  };
}
