// SPDX-License-Identifier: MIT
import {readdir, rm, stat} from 'node:fs/promises';
import path from 'node:path';
import {removeOrphans} from '../base/owned.ts';
import {bundlesRoot} from './bundle.ts';

/** Older labs did not note whose a bundle is: what has not changed for this long is nobody's. Milliseconds. */
const grace = 24 * 3600 * 1000;

/**
 * Returns bundles of runs that did not end, made by a lab that did not note whose they are. A bundle is never one of
 * them if there is a result anywhere in it: a slash in a kernel's name once put a whole bundle into an empty one.
 */
async function unfinished(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const entry of await readdir(bundlesRoot, {withFileTypes: true}).catch(() => [])) {
    const folder = path.join(bundlesRoot, entry.name);
    if (!entry.isDirectory() || !/^\d{4}-\d\d-\d\dT\d{6}Z_/.test(entry.name)) continue;
    const names = await readdir(folder, {recursive: true});
    if (names.some((name) => /^(result\.json|SHA256SUMS)$/.test(path.basename(name)))) continue;
    const times = await Promise.all(
      ['.', ...names].map(
        async (name) => (await stat(path.join(folder, name)).catch(() => undefined))?.mtimeMs ?? 0,
      ),
    );
    if (Date.now() - Math.max(...times) > grace) found.push(folder);
  }
  return found;
}

/**
 * Removes what killed runs left: bundles that never got a result, and scratch folders.
 * @returns their folders
 */
export async function removeAbandoned(): Promise<readonly string[]> {
  const orphans = await removeOrphans();
  const old = await unfinished();
  for (const folder of old) await rm(folder, {recursive: true, force: true});
  return [...orphans, ...old];
}
