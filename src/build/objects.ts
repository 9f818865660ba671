// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {mkdir, readdir, readFile, rm, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';

/** Where compilers put what they do not keep: one that is killed leaves its files, and the next make empties it. */
export function scratchFolder(objects: string): string {
  return `${objects}.tmp`;
}

/**
 * Runs make in a folder of objects so that a killed make does no harm: it may leave an object half written
 * and newer than its source, which the next make would take for finished. A mark with the time of the start
 * lies in the folder while make runs; where one is found, everything written since is deleted. (Compiling it
 * again is cheap: ccache has it.)
 */
export async function guardObjects<T>(objects: string, work: () => Promise<T>): Promise<T> {
  const mark = `${objects}.unfinished`;
  await mkdir(objects, {recursive: true});
  await rm(scratchFolder(objects), {recursive: true, force: true});
  await mkdir(scratchFolder(objects));
  if (existsSync(mark)) await deleteSince(objects, (await stat(mark)).mtimeMs);
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
    if (!killed) await rm(mark);
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
  return existsSync(file) ? Number(await readFile(file, 'utf8')) : undefined;
}

/** Remembers the size of a whole build. */
export async function rememberTotal(objects: string, compiled: number): Promise<void> {
  await writeFile(`${objects}.total`, String(compiled));
}
