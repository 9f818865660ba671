// SPDX-License-Identifier: MIT
import {existsSync, lstatSync} from 'node:fs';
import {
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  readlink,
  rename,
  rm,
  rmdir,
  symlink,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import {type Context, checkpoint} from '../base/context.ts';
import {BuildError, HostError, isErrno, UsageError} from '../base/errors.ts';
import {contentKey, sha256} from '../base/hash.ts';
import {withLock} from '../base/lock.ts';
import {acceptLinks, findDamage, seal} from '../base/manifest.ts';
import {displayPath} from '../base/paths.ts';
import {runGroup} from '../base/process.ts';
import {cacheDeleted, manifestPath, readNote, requireIntact, storePath, writeNote} from '../base/store.ts';
import {type Change, forgetChanges, noteChanges} from './changes.ts';
import {contentHash} from './file-hashes.ts';
import {applySeries, holdsFile, type Overlay} from './overlay.ts';
import type {Series} from './series.ts';
import type {Source} from './sources/source.ts';

/** The one tree of a source that is patched and compiled. It is used under its lock only. */
export interface WorkTree {
  /** The Linux tree: the source with the series applied. */
  readonly folder: string;
  /** Where object folders go. */
  readonly objects: string;
  /** Stands for all that decides what options there are: Kconfig files, and the scripts that they call. */
  readonly kconfigKey: string;
  /**
   * Whether it may have headers that other trees do not have. The compiler's cache must then ask the preprocessor which
   * one is found: by itself it compares those that were found the last time.
   */
  readonly ownHeaders: boolean;
}

/**
 * What is in the work tree. It is written before the tree is touched, with `series: null` and every file that
 * may change: a lab that was killed in between looks at all of those again.
 */
interface State {
  readonly source: string;
  readonly series: string | null;
  /** Files that are not as the source has them. */
  readonly changed: readonly string[];
}

const stateSchema = z.object({
  source: z.string(),
  series: z.string().nullable(),
  changed: z.array(z.string()),
});

/** What stands for the content of each file of a user's tree that the work tree was last made of. */
const filesSchema = z.record(z.string(), z.string());

/** What a path is: undefined if there is nothing. A link's target, or bytes with the bit to execute them. */
async function contentOf(file: string): Promise<Buffer | string | undefined> {
  try {
    const found = await lstat(file);
    if (found.isSymbolicLink()) return `link ${await readlink(file)}`;
    const bytes = await readFile(file);
    return Buffer.concat([Buffer.from([found.mode & 0o100]), bytes]);
  } catch (error) {
    if (isErrno(error, 'ENOENT') || isErrno(error, 'ENOTDIR')) return undefined;
    throw error;
  }
}

function same(a: Buffer | string | undefined, b: Buffer | string | undefined): boolean {
  return Buffer.isBuffer(a) && Buffer.isBuffer(b) ? a.equals(b) : a === b;
}

/** Deletes a file, and the folders that it leaves empty. */
async function remove(root: string, name: string): Promise<void> {
  if (holdsFile(path.join(root, name))) await rm(path.join(root, name));
  for (let folder = path.dirname(name); folder !== '.'; folder = path.dirname(folder)) {
    try {
      await rmdir(path.join(root, folder));
    } catch (error) {
      if (isErrno(error, 'ENOTEMPTY') || isErrno(error, 'EEXIST')) return;
      if (!isErrno(error, 'ENOENT')) throw error;
    }
  }
}

/** Where a file's content is, and what stands for it, if it may change meanwhile. */
interface Wanted {
  readonly file: string;
  readonly hash?: string | undefined;
}

function hashOf(content: Buffer | string): string {
  return typeof content === 'string'
    ? contentHash('link', content.slice('link '.length))
    : contentHash(content[0] === 0 ? '-' : 'x', content.subarray(1));
}

/**
 * Makes `name` in the tree what `wanted` is, if it is not that already. The new file takes the old one's
 * place by a rename: the old one may be a hard link into the source. Its time is now, so that make sees it.
 */
async function place(
  root: string,
  name: string,
  {file: wanted, hash}: Wanted,
  incoming: string,
): Promise<void> {
  const target = path.join(root, name);
  const content = await contentOf(wanted);
  // A user may be at work there: what is compiled must be what its key was computed from.
  if (hash !== undefined && (content === undefined || hashOf(content) !== hash)) {
    throw new UsageError(`${displayPath(wanted)} changed while it was read`, {hint: 'start again'});
  }
  if (content === undefined || same(content, await contentOf(target))) return;
  await rm(incoming, {force: true});
  if (typeof content === 'string') await symlink(content.slice('link '.length), incoming);
  else await writeFile(incoming, content.subarray(1), {mode: content[0] === 0 ? 0o644 : 0o755});
  await mkdir(path.dirname(target), {recursive: true});
  await rename(incoming, target);
}

/** The files of a user's tree that are not what they were when the work tree was last made of it. */
function changedInSource(source: Source, manifest: string): readonly string[] {
  if (source.files === undefined) return [];
  const before = new Map(Object.entries(readNote(manifest, filesSchema) ?? {}));
  const names = new Set([...before.keys(), ...source.files.keys()]);
  return [...names].filter((name) => before.get(name) !== source.files?.get(name));
}

/** Where it is recorded what the files of a work tree hold. */
function treeManifest(root: string): string {
  return path.join(root, 'linux.manifest');
}

/**
 * Reads what is in a work tree, and checks that it still is: files that are damaged count as changed, so that they are
 * written again from the source. A tree that says nothing of itself is put out of the way, with what was compiled in it.
 */
async function intactState(root: string): Promise<State> {
  const unknown: State = {source: '', series: null, changed: []};
  const folder = path.join(root, 'linux');
  if (!existsSync(folder)) return unknown;
  const state = readNote(path.join(root, 'state.json'), stateSchema);
  const damage = await findDamage(folder, treeManifest(root));
  if (state === undefined || damage?.names.length === 0) {
    const aside = await mkdtemp(path.join(root, 'scratch-damaged-'));
    for (const name of ['linux', 'objects', 'state.json', 'files.json'])
      await rename(path.join(root, name), path.join(aside, name)).catch((error: unknown) => {
        if (!isErrno(error, 'ENOENT')) throw error;
      });
    return unknown;
  }
  if (damage === undefined) return state;
  return {...state, series: null, changed: [...new Set([...state.changed, ...damage.names])]};
}

/**
 * Checks files of a source in the store; a user's tree is what it is.
 * @throws {DamagedEntry} if one is damaged: the source is then out of the way
 */
async function requireIntactSource(source: Source, only?: readonly string[]): Promise<void> {
  if (source.folder === storePath('sources', source.key)) await requireIntact('sources', source.key, only);
}

/** The work tree's first content: links to the source's files, at no cost of space. */
async function create(source: Source, root: string, context: Context): Promise<void> {
  const tree = path.join(root, 'linux');
  const manifest = path.join(root, 'files.json');
  if (existsSync(tree)) return;
  // Somebody deleted it: what is noted about another one says nothing about this.
  await Promise.all([manifest, path.join(root, 'state.json')].map((file) => rm(file, {force: true})));
  await forgetChanges(path.join(root, 'objects'));
  if (source.foreign === true) {
    await mkdir(tree, {recursive: true});
    return;
  }
  await requireIntactSource(source);
  const partial = await mkdtemp(`${tree}.partial-`);
  const copied = await runGroup('cp', ['-al', `${source.folder}/.`, partial], {signal: context.signal});
  if (copied.exitCode !== 0)
    throw new HostError(`cannot make the work tree of ${source.title}:\n${copied.all}`);
  await acceptLinks(source.folder, manifestPath('sources', source.key));
  if (source.files !== undefined) await writeNote(manifest, Object.fromEntries(source.files));
  await rename(partial, tree);
}

/** Whether a file decides what options a kernel has. */
function isKconfig(name: string): boolean {
  return path.basename(name).startsWith('Kconfig') || name.startsWith('scripts/') || name === 'Makefile';
}

/** The Kconfig files that are not as the source's name says: hashed, as is what the series makes of them. */
async function kconfigKey(source: Source, tree: string, changed: readonly string[]): Promise<string> {
  const own =
    source.files === undefined ? source.key : [...source.files].filter(([name]) => isKconfig(name)).flat();
  const patched = changed.filter(isKconfig).map(async (name) => {
    const content = await contentOf(path.join(tree, name));
    return [name, content === undefined ? null : sha256(content)];
  });
  return contentKey([own, await Promise.all(patched)]);
}

function isLink(file: string): boolean {
  return lstatSync(file, {throwIfNoEntry: false})?.isSymbolicLink() === true;
}

/**
 * What is going to happen to the names of a tree. A file that stays what it is does not count: a series is applied anew
 * with every patch that is added to it.
 */
async function changesOf(
  tree: string,
  names: readonly string[],
  wanted: (name: string) => Wanted | undefined,
): Promise<ReadonlyMap<string, Change>> {
  const changes = new Map<string, Change>();
  for (const name of names) {
    const [before, after] = [path.join(tree, name), wanted(name)];
    const there = holdsFile(before);
    if (!there && after === undefined) continue;
    if ((there && isLink(before)) || (after !== undefined && isLink(after.file))) changes.set(name, 'link');
    else if (there && after !== undefined) {
      if (!same(await contentOf(before), await contentOf(after.file))) changes.set(name, 'content');
    } else changes.set(name, there ? 'went' : 'came');
  }
  return changes;
}

/** How many files are written at a time. */
const atOnce = 16;

/** Deletes what patching leaves, also what a killed lab left. */
async function sweep(root: string): Promise<void> {
  const left = (await readdir(root)).filter((name) => /^(scratch-|linux\.partial-|incoming-)/.test(name));
  for (const name of left) await rm(path.join(root, name), {recursive: true, force: true, maxRetries: 3});
}

/** Makes the work tree the source with an overlay on it, writing only files whose content changes. */
async function synchronise(
  source: Source,
  overlay: Overlay,
  series: string,
  root: string,
  state: State,
  context: Context,
): Promise<State> {
  const tree = path.join(root, 'linux');
  const manifest = path.join(root, 'files.json');
  const ours = [...overlay.files, ...overlay.deleted];
  const inSource = changedInSource(source, manifest);
  const changed = [...new Set([...state.changed, ...ours, ...inSource])];
  const record = (next: State): Promise<void> => writeNote(path.join(root, 'state.json'), {...next});
  await record({source: source.key, series: null, changed});
  const patched = new Set(overlay.files);
  const gone = new Set(overlay.deleted);
  const wanted = (name: string): Wanted | undefined => {
    if (patched.has(name)) return {file: path.join(overlay.folder, name)};
    if (gone.has(name)) return undefined;
    const file = path.join(source.folder, name);
    if (!(source.files === undefined ? holdsFile(file) : source.files.has(name))) return undefined;
    return {file, hash: source.foreign === true ? source.files?.get(name) : undefined};
  };
  await noteChanges(path.join(root, 'objects'), await changesOf(tree, changed, wanted));
  // First what goes: a folder may take a file's place.
  for (const name of changed) if (wanted(name) === undefined) await remove(tree, name);
  for (let start = 0; start < changed.length; start += atOnce) {
    checkpoint(context);
    const portion = changed.slice(start, start + atOnce).map(async (name, index) => {
      const file = wanted(name);
      if (file !== undefined) await place(tree, name, file, path.join(root, `incoming-${index}`));
    });
    await Promise.all(portion);
  }
  if (source.files !== undefined) await writeNote(manifest, Object.fromEntries(source.files));
  const done: State = {source: source.key, series, changed: ours};
  await record(done);
  return done;
}

/**
 * Runs `work` on the source's work tree with exactly these series applied, while nobody else uses it.
 * Files that stay what they were keep their time: make compiles only what a change of series touches.
 * @throws {BuildError} when a patch does not apply
 */
export async function withWorkTree<T>(
  source: Source,
  series: readonly Series[],
  context: Context,
  work: (tree: WorkTree) => Promise<T>,
): Promise<T> {
  const root = storePath('trees', source.id);
  const key = contentKey(series.map((one) => one.key));
  return withLock(path.join(root, 'lock'), `source ${source.title}`, context, async () => {
    const folder = path.join(root, 'linux');
    let state = await intactState(root);
    await create(source, root, context);
    if (state.source !== source.key || state.series !== key) {
      // A name of its own: a patch that a killed lab was at may still be dying in the last one's.
      const scratch = await mkdtemp(path.join(root, 'scratch-'));
      const overlay = await applySeries(source, series, scratch, context).catch(async (error: unknown) => {
        // A patch may not apply to a damaged file.
        await requireIntactSource(source);
        throw error;
      });
      await requireIntactSource(source, [...state.changed, ...overlay.files, ...overlay.deleted]);
      state = await synchronise(source, overlay, key, root, state, context);
      await sweep(root);
      await seal(folder, treeManifest(root));
    }
    const done = work({
      folder,
      objects: path.join(root, 'objects'),
      kconfigKey: await kconfigKey(source, folder, state.changed),
      ownHeaders:
        source.files !== undefined ||
        state.changed.some((name) => name.endsWith('.h') && !holdsFile(path.join(source.folder, name))),
    });
    return done.catch(async (error: unknown) => {
      if (!(error instanceof BuildError)) throw error;
      // Nobody's patch is to blame for a file that went meanwhile.
      if ((await findDamage(folder, treeManifest(root))) === undefined) throw error;
      throw cacheDeleted(`source ${source.title}`, error);
    });
  });
}
