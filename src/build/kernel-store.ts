// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {lstat, readdir, rename, rm, stat} from 'node:fs/promises';
import path from 'node:path';
import {sumBytes} from '../base/sum.ts';
import type {Context} from '../base/context.ts';
import {Interrupted} from '../base/errors.ts';
import {withLock} from '../base/lock.ts';
import {cacheRoot} from '../base/paths.ts';
import {manifestPath, type StoreKind, storePath} from '../base/store.ts';
import {readKernelRecord} from './kernel-record.ts';

/** A kernel in the store. */
export interface StoredKernel {
  readonly key: string;
  readonly release: string;
  readonly arch: string;
  /** What it was made of, for a person: source and series. */
  readonly title: string;
  readonly bytes: number;
  readonly usedAt: Date;
}

/** What was deleted: the folders, and the space that they took. */
export interface Collected {
  readonly folders: readonly string[];
  readonly bytes: number;
}

/** The space that a folder takes on the disk, in bytes. */
async function folderSize(folder: string): Promise<number> {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true});
  const seen = new Set<number>();
  let bytes = 0;
  for (const entry of entries) {
    const {ino, blocks} = await lstat(path.join(entry.parentPath, entry.name));
    if (!seen.has(ino)) bytes += blocks * 512;
    seen.add(ino);
  }
  return bytes;
}

async function keysOf(kind: StoreKind): Promise<readonly string[]> {
  const folder = path.join(cacheRoot, kind);
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, {withFileTypes: true});
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

/** The kernels of the store, the one used last first. */
export async function listKernels(): Promise<readonly StoredKernel[]> {
  const kernels: StoredKernel[] = [];
  for (const key of await keysOf('kernels')) {
    const folder = storePath('kernels', key);
    const record = key.includes('.') ? undefined : await readKernelRecord(key);
    // A damaged one is made again when it is asked for.
    if (record === undefined) continue;
    const {release, inputs} = record;
    const title = [inputs.source.title, ...inputs.series.map(({name}) => name)].join(' + ');
    const {arch} = inputs;
    kernels.push({
      key,
      release,
      arch,
      title,
      bytes: await folderSize(folder),
      usedAt: (await stat(folder)).mtime,
    });
  }
  return kernels.sort((a, b) => b.usedAt.getTime() - a.usedAt.getTime());
}

/** Runs `work` if nobody holds the lock now; who holds it is at work on what it guards. */
async function ifFree(lock: string, context: Context, work: () => Promise<void>): Promise<void> {
  const patience = AbortSignal.timeout(500);
  const quiet: Context = {report: () => undefined, signal: AbortSignal.any([context.signal, patience])};
  try {
    await withLock(lock, 'cleaning', quiet, work);
  } catch (error) {
    if (!(error instanceof Interrupted) || context.signal.aborted) throw error;
  }
}

/** Deletes one thing of the store. It is renamed first: what has its name is whole. */
async function collect(kind: StoreKind, key: string): Promise<Collected> {
  const folder = storePath(kind, key);
  const bytes = await folderSize(folder);
  const doomed = `${folder}.partial`;
  await rm(doomed, {recursive: true, force: true});
  await rename(folder, doomed);
  await rm(manifestPath(kind, key), {force: true});
  await rm(doomed, {recursive: true});
  return {folders: [folder], bytes};
}

/** The kernels' remains of labs that were killed while they made something. */
async function remains(kind: StoreKind, context: Context): Promise<Collected> {
  const folders: string[] = [];
  let bytes = 0;
  for (const name of await keysOf(kind)) {
    if (name.includes('.partial-damaged-')) {
      const folder = storePath(kind, name);
      bytes += await folderSize(folder);
      await rm(folder, {recursive: true, force: true});
      folders.push(folder);
      continue;
    }
    const maker = /^(.+)\.partial(-.*)?$/.exec(name)?.[1];
    if (maker === undefined) continue;
    await ifFree(`${storePath(kind, maker)}.lock`, context, async () => {
      const folder = storePath(kind, name);
      bytes += await folderSize(folder);
      await rm(folder, {recursive: true, force: true});
      folders.push(folder);
    });
  }
  return {folders, bytes};
}

/** How long a module build tree that no kernel names stays: that of a kernel that is being stored is one. Milliseconds. */
const kitGrace = 24 * 3600 * 1000;

/** Deletes what modules are built against of kernels that are gone. */
async function unneededModuleBuildTrees(context: Context): Promise<readonly Collected[]> {
  const named = new Set<string>();
  for (const key of await keysOf('kernels')) {
    const record = await readKernelRecord(key);
    if (record !== undefined) named.add(record.kit);
  }
  const all: Collected[] = [];
  for (const key of await keysOf('kits')) {
    const folder = storePath('kits', key);
    if (key.includes('.') || named.has(key) || Date.now() - (await stat(folder)).mtimeMs < kitGrace) continue;
    await ifFree(`${folder}.lock`, context, async () => {
      all.push(await collect('kits', key));
    });
  }
  return all;
}

/**
 * Deletes kernels, QEMUs, modules and images that were not used for the longest time, and what killed labs left.
 * Sources, work trees and the compiler's cache stay: they make the next build fast.
 * @param keep keys of kernels that stay in any case: those of lab/kernels
 * @param last how many others stay, of each kind
 */
export async function collectGarbage(
  {keep, last}: {readonly keep: readonly string[]; readonly last: number},
  context: Context,
): Promise<Collected> {
  const all: Collected[] = [];
  for (const kind of ['kernels', 'qemus', 'modules', 'objects', 'images', 'tools'] as const) {
    const things: {key: string; usedAt: number}[] = [];
    for (const key of await keysOf(kind)) {
      if (key.includes('.') || (kind === 'kernels' && keep.includes(key))) continue;
      things.push({key, usedAt: (await stat(storePath(kind, key))).mtimeMs});
    }
    // A kernel has a handful of modules and images.
    const left = kind === 'kernels' ? last : 8 * (last + keep.length);
    for (const {key} of things.sort((a, b) => b.usedAt - a.usedAt).slice(left)) {
      await ifFree(`${storePath(kind, key)}.lock`, context, async () => {
        all.push(await collect(kind, key));
      });
    }
    all.push(await remains(kind, context));
  }
  all.push(...(await unneededModuleBuildTrees(context)), await remains('kits', context));
  for (const kind of ['sources', 'userlands', 'keys'] as const) all.push(await remains(kind, context));
  return {folders: all.flatMap(({folders}) => folders), bytes: sumBytes(all)};
}
