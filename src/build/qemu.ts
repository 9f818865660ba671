// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {mkdir, readdir, rm, writeFile} from 'node:fs/promises';
import {availableParallelism} from 'node:os';
import path from 'node:path';
import type {Context} from '../base/context.ts';
import {HostError, UsageError} from '../base/errors.ts';
import {contentKey} from '../base/hash.ts';
import {displayPath, labRoot} from '../base/paths.ts';
import {runGroup} from '../base/process.ts';
import {repaired, storePath, stored} from '../base/store.ts';
import {didYouMean} from '../spec/suggest.ts';
import {buildEnvironment, compilerVersion} from './compiler.ts';
import {compileError, keepMade, scratchEnvironment} from './make.ts';
import {guardObjects, scratchFolder} from './objects.ts';
import {qemuSource, unpackedQemu} from './qemu-source.ts';
import {readSeries, type Series} from './series.ts';
import type {Source} from './sources/source.ts';
import {renewWhereFilesMove} from './stale.ts';
import {type WorkTree, withWorkTree} from './tree.ts';

const folder = path.join(labRoot, 'lab/qemu');

/** The programs that are built: one for each architecture of guests. */
const programs = ['qemu-system-x86_64', 'qemu-system-aarch64'] as const;

/** Where Debian's packages keep the firmware that QEMU's own source would bring. */
const firmware = ['/usr/share/qemu', '/usr/share/seabios', '/usr/lib/ipxe/qemu'];

/** No more than the lab's guests use: a whole QEMU takes ten times as long. */
const options = [
  // Debian's meson is a package of Debian's Python, and no other's.
  '--python=/usr/bin/python3',
  `--target-list=${programs.map((name) => name.replace('qemu-system-', '')).join('-softmmu,')}-softmmu`,
  '--without-default-features',
  ...['tcg', 'kvm', 'slirp', 'pixman', 'png'].map((feature) => `--enable-${feature}`),
  '--enable-fdt=system',
  '--enable-trace-backends=log',
  '--disable-install-blobs',
  '--disable-download',
  `--firmwarepath=${firmware.join(':')}`,
];

/** Counts up when what is built from the same inputs changes. */
const recipe = 1;

/** A QEMU of lab/qemu that is built. */
export interface Qemu {
  readonly name: string;
  readonly key: string;
  /** Holds a program for each architecture. Nothing there is ever changed. */
  readonly folder: string;
}

/** The names of the QEMUs in lab/qemu, each a folder with a series on Debian's source. */
export async function qemuNames(): Promise<readonly string[]> {
  const entries = await readdir(folder, {withFileTypes: true});
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({name}) => name)
    .sort();
}

/**
 * As all is compiled, but the compiler's cache asks the preprocessor which headers are found: a patch may bring one that
 * hides another.
 */
function environment(objects: string): Readonly<Record<string, string | undefined>> {
  return {...buildEnvironment(), ...scratchEnvironment(scratchFolder(objects)), CCACHE_NODIRECT: '1'};
}

async function configure(tree: string, objects: string, context: Context): Promise<void> {
  if (existsSync(path.join(objects, 'build.ninja'))) return;
  await rm(objects, {recursive: true, force: true});
  await mkdir(objects, {recursive: true});
  const finished = await runGroup(path.join(tree, 'configure'), options, {
    cwd: objects,
    env: environment(objects),
    signal: context.signal,
  });
  if (finished.exitCode === 0) return;
  // What it cannot do without is told in its last lines; a later start begins anew.
  await rm(path.join(objects, 'build.ninja'), {force: true});
  const reason = finished.all.trim().split('\n').slice(-8).join('\n');
  throw new HostError(`cannot configure QEMU:\n${reason}`, {
    hint: `run ./setup --qemu; all that was tried: ${displayPath(path.join(objects, 'config.log'))}`,
  });
}

async function compile(
  topic: string,
  objects: string,
  targets: readonly string[],
  context: Context,
): Promise<void> {
  let reported = 0;
  const onLine = (line: string): void => {
    const [, done, total] = /^\[(\d+)\/(\d+)\]/.exec(line) ?? [];
    if (done === undefined || total === undefined || Date.now() - reported < 200) return;
    reported = Date.now();
    context.report({topic, text: `${done} of ${total} steps`});
  };
  const finished = await runGroup('ninja', [`-j${availableParallelism() + 1}`, ...targets], {
    cwd: objects,
    env: environment(objects),
    signal: context.signal,
    onLine,
  });
  if (finished.exitCode !== 0) throw compileError(topic, finished.all);
}

interface Identity {
  readonly key: string;
  readonly series: Series;
  readonly compiler: string;
}

async function identify(name: string, source: Source): Promise<Identity> {
  const [series, compiler] = await Promise.all([readSeries(path.join(folder, name)), compilerVersion()]);
  const key = contentKey({recipe, source: source.key, series: series.key, compiler, options});
  return {key, series, compiler};
}

/** Compiles what is asked for in the tree's object folder, and says where that is. */
async function compiled(
  tree: WorkTree,
  targets: readonly string[],
  compiler: string,
  {topic, ...context}: Context & {readonly topic: string},
): Promise<string> {
  // What was configured otherwise, or for another compiler, is another folder's.
  const objects = path.join(tree.objects, contentKey([recipe, compiler, options]));
  await renewWhereFilesMove(objects, tree.folder);
  // Ninja, as make, believes what is there.
  await guardObjects(objects, async () => {
    context.report({topic, text: 'configuring'});
    await configure(tree.folder, objects, context);
    await compile(topic, objects, targets, context);
  });
  return objects;
}

/** Where a QEMU of lab/qemu has its series, and the mutants of it. */
export function qemuFolder(name: string): string {
  return path.join(folder, name);
}

/**
 * Compiles a QEMU of lab/qemu with more patches on top, and what else its build makes; nothing of it is kept.
 * @param use is given the folder with what was compiled, which is the next one's when it returns
 */
export async function withQemuBuild<T>(
  name: string,
  {more, targets}: {readonly more: readonly Series[]; readonly targets: readonly string[]},
  context: Context & {readonly topic: string},
  use: (objects: string) => Promise<T>,
): Promise<T> {
  return repaired(context.topic, context, async () => {
    const source = await qemuSource(context);
    const [series, compiler] = await Promise.all([readSeries(qemuFolder(name)), compilerVersion()]);
    return withWorkTree(source, [series, ...more], context, async (tree) =>
      use(await compiled(tree, targets, compiler, context)),
    );
  });
}

/** The QEMUs of lab/qemu; of those that are built, where. Nothing is fetched. */
export async function listQemus(): Promise<
  readonly {readonly name: string; readonly key?: string; readonly folder?: string}[]
> {
  const [names, source] = await Promise.all([qemuNames(), unpackedQemu()]);
  return Promise.all(
    names.map(async (name) => {
      if (source === undefined) return {name};
      const {key} = await identify(name, source);
      const place = storePath('qemus', key);
      return existsSync(place) ? {name, key, folder: place} : {name};
    }),
  );
}

/**
 * A QEMU of lab/qemu: from the store, or built and put there.
 * @throws {UsageError} for a name that is none; {BuildError} when the series does not apply or compile;
 *   {HostError} when what the build needs is not there
 */
export async function ensureQemu(name: string, context: Context): Promise<Qemu> {
  const names = await qemuNames();
  if (!names.includes(name)) {
    throw new UsageError(`there is no QEMU ${name} in lab/qemu`, {hint: didYouMean(name, names)});
  }
  return repaired(`qemu ${name}`, context, () => makeQemu(name, context));
}

async function makeQemu(name: string, context: Context): Promise<Qemu> {
  const source = await qemuSource(context);
  const {key, series, compiler} = await identify(name, source);
  const topic = `qemu ${name}`;
  const build = async (tree: WorkTree, target: string): Promise<void> => {
    const objects = await compiled(tree, programs, compiler, {...context, topic});
    for (const program of programs)
      await keepMade(topic, path.join(objects, program), path.join(target, program));
    const record = {key, source: source.title, patches: series.files.map((file) => file.name), compiler};
    await writeFile(path.join(target, 'qemu.json'), `${JSON.stringify(record, null, 2)}\n`);
  };
  const found = await stored('qemus', key, topic, context, (target) =>
    withWorkTree(source, [series], context, (tree) => build(tree, target)),
  );
  return Object.freeze({name, key, folder: found});
}

/** A QEMU that was asked for: without a path the machine's own. */
export interface QemuChoice {
  readonly name: string;
  readonly path?: string;
}

/** The machine's own QEMU. */
export const stock: QemuChoice = Object.freeze({name: 'stock'});

/** The QEMU that is taken where none is asked for, if it is built. */
const preferred = 'routed';

/**
 * What `--qemu` stands for: `stock`, the machine's own; a QEMU of lab/qemu, which is built if it is not there; a
 * path as it is. Without it the lab takes `routed` where that is built, and else the machine's own.
 */
export async function chooseQemu(given: string | undefined, context: Context): Promise<QemuChoice> {
  if (given === undefined) {
    const built = (await listQemus()).find(({name}) => name === preferred)?.folder;
    if (built === undefined) return stock;
    // What is built is looked at before it is run.
    const {folder: intact} = await ensureQemu(preferred, context);
    return {name: preferred, path: path.join(intact, programs[0])};
  }
  if (given === stock.name) return stock;
  if (given.includes('/')) return {name: given, path: given};
  const names = await qemuNames();
  if (!names.includes(given)) {
    const hint = existsSync(given)
      ? `to use the file, write ./${given}`
      : didYouMean(given, [stock.name, ...names]);
    throw new UsageError(`there is no QEMU "${given}"`, {hint});
  }
  const qemu = await ensureQemu(given, context);
  return {name: given, path: path.join(qemu.folder, programs[0])};
}
