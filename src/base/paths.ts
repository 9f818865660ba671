// SPDX-License-Identifier: MIT
import {homedir} from 'node:os';
import path from 'node:path';
import envPaths from 'env-paths';

/** The checkout that this code runs from. */
export const labRoot = path.resolve(import.meta.dirname, '../..');

const {cache, log} = envPaths('p2plab', {suffix: ''});

/** Sources, kernels, images: all of it can be deleted and is made again. */
export const cacheRoot = path.resolve(cache);

/** Bundles and results: what the lab has found out. `$XDG_STATE_HOME/p2plab`, which env-paths calls log. */
export const stateRoot = path.resolve(log);

/** A path as a person reads it: relative where it lies below the working directory, `~` for the home. */
export function displayPath(file: string): string {
  const relative = path.relative(process.cwd(), file);
  if (!relative.startsWith('..') && !path.isAbsolute(relative)) return relative === '' ? '.' : relative;
  const home = homedir();
  return home !== '/' && file.startsWith(`${home}/`) ? `~${file.slice(home.length)}` : file;
}
