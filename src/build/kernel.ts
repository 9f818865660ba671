// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {Context} from '../base/context.ts';
import {contentKey, sha256, sha256File} from '../base/hash.ts';
import {DamagedEntry, discard, repaired, storePath, stored} from '../base/store.ts';
import type {ArchitectureName} from '../spec/architecture.ts';
import {shortName} from '../spec/identity.ts';
import type {KernelSpec} from '../spec/kernel.ts';
import {type Architecture, architectures, crossPrefix, makeVariables} from './architecture.ts';
import {compilerVersion} from './compiler.ts';
import {baseCommitOf} from './base-commit.ts';
import {type Fragment, readFragments} from './config.ts';
import {configure} from './configure.ts';
import {type KernelInputs, type KernelRecord, readKernelRecord} from './kernel-record.ts';
import {ensureModuleBuildTree} from './module-build-tree.ts';
import {keepMade, make} from './make.ts';
import {checkNeeds} from './needs.ts';
import {
  guardObjects,
  knownTotal,
  objectsFolder,
  rememberTotal,
  scratchFolder,
  seedObjects,
} from './objects.ts';
import {readSeries, type Series} from './series.ts';
import {discardStale} from './stale.ts';
import {gitKey} from './sources/git-commit.ts';
import {ensureSource} from './sources/registry.ts';
import type {Source} from './sources/source.ts';
import {type WorkTree, withWorkTree} from './tree.ts';

/** What a kernel is made of, whatever it is compiled for. `name` is for people; all else decides the key. */
export type KernelRecipe = Pick<
  KernelSpec,
  'source' | 'config' | 'series' | 'features' | 'missing' | 'architectures' | 'modules'
> & {
  readonly name: string;
};

/** A kernel to be compiled. */
export type KernelPlan = KernelRecipe & {readonly arch: ArchitectureName};

/** A kernel that is compiled, with what belongs to it. All paths are absolute; nothing there is ever changed. */
export interface Kernel {
  readonly name: string;
  readonly key: string;
  readonly folder: string;
  readonly arch: ArchitectureName;
  /** What QEMU boots: bzImage. */
  readonly image: string;
  readonly imageSha256: string;
  /** The same as ELF, with symbols. */
  readonly vmlinux: string;
  readonly config: string;
  readonly systemMap: string;
  /** Compiled device trees of the boards that it is booted on. */
  readonly deviceTrees: readonly string[];
  /** What modules are built against: a folder of the store, by its key. */
  readonly kit: string;
  /** `uname -r`. */
  readonly release: string;
  readonly features: KernelSpec['features'];
  readonly missing: KernelSpec['missing'];
  readonly modules: KernelSpec['modules'];
  readonly inputs: KernelInputs;
}

/** Counts up when what is built from the same inputs changes. */
const recipe = 2;

/** A fixed time and place, so that the same inputs make the same bytes. */
const reproducible = {
  KBUILD_BUILD_TIMESTAMP: '2000-01-01 00:00:00 UTC',
  KBUILD_BUILD_USER: 'p2plab',
  KBUILD_BUILD_HOST: 'p2plab',
  KBUILD_BUILD_VERSION: '1',
};

/** The names of the config fragments of a plan: what all have, what its architecture has, its own. */
function fragmentsOf({arch, config}: KernelPlan): readonly string[] {
  return ['common', arch, ...config];
}

interface Parts {
  readonly source: Source;
  readonly fragments: readonly Fragment[];
  readonly series: readonly Series[];
  readonly inputs: KernelInputs;
  readonly key: string;
}

async function gather(plan: KernelPlan, context: Context): Promise<Parts> {
  const [source, fragments, series, compiler] = await Promise.all([
    ensureSource(plan.source, context),
    readFragments(fragmentsOf(plan)),
    Promise.all(plan.series.map(readSeries)),
    compilerVersion(`${crossPrefix(architectures[plan.arch])}gcc`),
  ]);
  checkNeeds(fragments);
  for (const one of series) tellBase(one, source, shortName(plan.name), context);
  const inputs: KernelInputs = {
    source: {title: source.title, key: source.key},
    arch: plan.arch,
    config: fragments.map(({name, text}) => ({name, sha256: sha256(text)})),
    series: series.map(({name, files}) => ({
      name,
      patches: files.map((file) => ({name: file.name, sha256: file.sha256})),
    })),
    compiler,
  };
  const patches = series.flatMap(({files}) => files.map((file) => file.sha256));
  const config = inputs.config.map((fragment) => fragment.sha256);
  const key = contentKey({recipe, source: source.key, arch: plan.arch, config, patches, compiler});
  return {source, fragments, series, inputs, key};
}

/** Says what a series was made on, where it is applied to something else: what then does not apply is no surprise. */
function tellBase(series: Series, source: Source, name: string, {report}: Context): void {
  const base = baseCommitOf(series);
  if (base === undefined || source.key === gitKey(base)) return;
  const text = `${series.name} was made on ${base.slice(0, 12)}, and is applied to ${source.title}`;
  report({topic: `kernel ${name}`, text});
}

/** Compiles in the work tree, and copies what is kept into `folder`. */
async function build(plan: KernelPlan, parts: Parts, tree: WorkTree, folder: string, context: Context) {
  const architecture: Architecture = architectures[plan.arch];
  const objects = objectsFolder(
    tree.objects,
    plan.arch,
    parts.fragments.map(({name}) => name),
  );
  const topic = `kernel ${shortName(plan.name)}`;
  const begun = Date.now();
  await seedObjects(objects);
  const total = await knownTotal(objects);
  await discardStale(objects, tree.folder);
  const compiled = await guardObjects(objects, async () => {
    context.report({topic, text: 'configuring'});
    const key = contentKey([tree.kconfigKey, parts.inputs.compiler]);
    await configure(tree.folder, objects, makeVariables(architecture), parts.fragments, key, context);
    return make(
      {
        topic,
        folder: objects,
        args: [...makeVariables(architecture), architecture.target, 'modules', ...architecture.deviceTrees],
        env: {...reproducible, ...(tree.ownHeaders && {CCACHE_NODIRECT: '1'})},
        log: `${objects}.log`,
        scratch: scratchFolder(objects),
        hide: tree.folder,
        // What a whole build takes is known after the first one; then there is no telling what is left of it.
        total: total === undefined ? estimate : undefined,
      },
      context,
    );
  });
  if (total === undefined) await rememberTotal(objects, compiled);
  context.report({topic, text: 'storing'});
  const keep = (from: string, to = path.basename(from)): Promise<void> =>
    keepMade(topic, path.join(objects, from), path.join(folder, to));
  await mkdir(folder, {recursive: true});
  const [kit] = await Promise.all([
    ensureModuleBuildTree({tree: tree.folder, objects, architecture}, context),
    keep(architecture.image),
    keep('vmlinux'),
    keep('System.map'),
    keep('.config', 'config'),
    ...architecture.deviceTrees.map((file) => keep(path.join('arch', architecture.folder, 'boot/dts', file))),
  ]);
  const image = path.basename(architecture.image);
  const record: KernelRecord = {
    key: parts.key,
    release: (await readFile(path.join(objects, 'include/config/kernel.release'), 'utf8')).trim(),
    image: {file: image, sha256: await sha256File(path.join(folder, image))},
    inputs: parts.inputs,
    kit,
    build: {seconds: (Date.now() - begun) / 1000, compiled},
  };
  await writeFile(path.join(folder, 'kernel.json'), `${JSON.stringify(record, null, 2)}\n`);
}

/** About how many files the lab's usual fragments compile, for the first build's progress. */
const estimate = 1200;

/** The key that a plan's kernel has, without building it. The source is fetched if it is not there. */
export async function kernelKey(plan: KernelPlan, context: Context): Promise<string> {
  return (await gather(plan, context)).key;
}

/**
 * The kernel of a plan: from the store, or compiled and put there. Callers at the same time share one build.
 * @throws {BuildError} when a series does not apply, a setting does not stick or the compiler refuses
 */
export function ensureKernel(plan: KernelPlan, context: Context): Promise<Kernel> {
  return repaired(`kernel ${plan.name}`, context, () => makeKernel(plan, context));
}

async function makeKernel(plan: KernelPlan, context: Context): Promise<Kernel> {
  const parts = await gather(plan, context);
  const {source, series, key} = parts;
  await discardWithoutModuleBuildTree(key);
  const folder = await stored('kernels', key, `kernel ${shortName(plan.name)}`, context, (partial) =>
    withWorkTree(source, series, context, (tree) => build(plan, parts, tree, partial, context)),
  );
  const record = await readKernelRecord(key);
  if (record === undefined) {
    await discard('kernels', key);
    throw new DamagedEntry(`${folder} has no kernel.json that p2plab can read`);
  }
  return Object.freeze({
    name: plan.name,
    key,
    folder,
    arch: plan.arch,
    image: path.join(folder, record.image.file),
    imageSha256: record.image.sha256,
    vmlinux: path.join(folder, 'vmlinux'),
    config: path.join(folder, 'config'),
    systemMap: path.join(folder, 'System.map'),
    deviceTrees: architectures[plan.arch].deviceTrees.map((file) => path.join(folder, path.basename(file))),
    kit: record.kit,
    release: record.release,
    features: plan.features,
    missing: plan.missing,
    modules: plan.modules,
    inputs: record.inputs,
  });
}

/** A kernel for which no module can be built any more, since somebody deleted what that takes, is made again. */
async function discardWithoutModuleBuildTree(key: string): Promise<void> {
  const kit = (await readKernelRecord(key))?.kit;
  if (kit !== undefined && !existsSync(storePath('kits', kit))) await discard('kernels', key);
}

/** Where the kernel with this key is kept. */
export function kernelFolder(key: string): string {
  return storePath('kernels', key);
}
