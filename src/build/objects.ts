// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {cp, mkdir, readdir, readFile, rename, rm, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {inheritChanges, pendingChanges} from './changes.ts';
import {discardDamagedObjects, sealObjects} from './intact-objects.ts';

/** Where compilers put what they do not keep: one that is killed leaves its files, and the next make empties it. */
export function scratchFolder(objects: string): string {
  return `${objects}.tmp`;
}

/** The folder of objects for what is compiled for an architecture with these config fragments. */
export function objectsFolder(root: string, arch: string, fragments: readonly string[]): string {
  return path.join(root, [arch, ...fragments].join('+'));
}

/**
 * Begins a folder of objects that is not there yet as a copy of the one whose config has the most in common
 * with its own. Kbuild knows by which options an object was compiled, so that make goes on from there: a
 * kernel that differs in an option of a driver is compiled in seconds instead of minutes.
 */
export async function seedObjects(objects: string): Promise<void> {
  if (existsSync(objects)) return;
  const root = path.dirname(objects);
  const [arch, ...own] = path.basename(objects).split('+');
  const others = (existsSync(root) ? await readdir(root, {withFileTypes: true}) : [])
    .filter((entry) => entry.isDirectory() && !/\.(tmp|partial)$/.test(entry.name))
    .filter(({name}) => !existsSync(path.join(root, `${name}.unfinished`)))
    .map(({name}) => ({name, fragments: name.split('+')}))
    .filter(({fragments}) => fragments[0] === arch)
    .map(({name, fragments}) => ({name, differing: differences(own, fragments.slice(1))}))
    .toSorted((a, b) => a.differing - b.differing || a.name.length - b.name.length);
  const [nearest] = others;
  if (nearest === undefined) return;
  await discardDamagedObjects(path.join(root, nearest.name), false);
  if (!existsSync(path.join(root, nearest.name))) return;
  const partial = `${objects}.partial`;
  await rm(partial, {recursive: true, force: true});
  const from = path.join(root, nearest.name);
  // Nobody knows what lies there.
  if ((await pendingChanges(from)) === undefined) return;
  await cp(from, partial, {recursive: true, preserveTimestamps: true, verbatimSymlinks: true});
  await renamePath(partial, from, objects);
  await inheritChanges(from, objects);
  await sealObjects(partial);
  await rename(`${partial}.manifest`, `${objects}.manifest`);
  await rename(partial, objects);
}

/**
 * Has what make recorded say another folder. Most of it is relative, but the tools that all else is compiled
 * with (objtool) are made by absolute paths, and one that seems to be of another folder is made anew.
 */
async function renamePath(folder: string, from: string, to: string): Promise<void> {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true});
  const records = entries.filter((entry) => entry.isFile() && /\.(cmd|d)$/.test(entry.name));
  for (const entry of records) {
    const file = path.join(entry.parentPath, entry.name);
    const text = await readFile(file, 'utf8');
    if (text.includes(`${from}/`)) await writeFile(file, text.replaceAll(`${from}/`, `${to}/`));
  }
}

/** How many fragments only one of two configs has. */
function differences(a: readonly string[], b: readonly string[]): number {
  return a.filter((name) => !b.includes(name)).length + b.filter((name) => !a.includes(name)).length;
}

/**
 * Runs make in a folder of objects so that a killed make does no harm: it may leave an object half written
 * and newer than its source, which the next make would take for finished. A mark with the time of the start
 * lies in the folder while make runs; where one is found, everything written since is deleted. (Compiling it
 * again is cheap: ccache has it.)
 */
export async function guardObjects<T>(objects: string, work: () => Promise<T>): Promise<T> {
  const mark = `${objects}.unfinished`;
  const interrupted = existsSync(mark);
  if (interrupted && existsSync(objects)) await deleteSince(objects, (await stat(mark)).mtimeMs);
  await discardDamagedObjects(objects, interrupted);
  await mkdir(objects, {recursive: true});
  await rm(scratchFolder(objects), {recursive: true, force: true, maxRetries: 3});
  await mkdir(scratchFolder(objects));
  await writeFile(mark, '');
  let killed = true;
  try {
    const result = await work();
    killed = false;
    return result;
  } catch (error) {
    // A make that ended by itself has deleted what it did not finish.
    killed = !(error instanceof Error && error.name === 'BuildError');
    throw error;
  } finally {
    if (!killed) {
      await sealObjects(objects);
      await rm(mark, {force: true});
    }
    // What was killed may be dying still.
    await rm(scratchFolder(objects), {recursive: true, force: true, maxRetries: 10});
  }
}

async function deleteSince(folder: string, time: number): Promise<void> {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true});
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    if ((await stat(file)).mtimeMs >= time) await rm(file);
  }
}

/** How many files the first build in this folder compiled: what a whole build takes. */
export async function knownTotal(objects: string): Promise<number | undefined> {
  const file = `${objects}.total`;
  const total = Number(await readFile(file, 'utf8').catch(() => Number.NaN));
  return Number.isSafeInteger(total) && total > 0 ? total : undefined;
}

/** Remembers the size of a whole build. */
export async function rememberTotal(objects: string, compiled: number): Promise<void> {
  await writeFile(`${objects}.total`, String(compiled));
}
