// SPDX-License-Identifier: MIT
import {homedir} from 'node:os';
import path from 'node:path';

/** The checkout that this code runs from. */
export const labRoot = path.resolve(import.meta.dirname, '../..');

function xdg(variable: string, fallback: string): string {
  const value = process.env[variable];
  // The XDG specification: a path that is not absolute is to be ignored.
  const base = value !== undefined && path.isAbsolute(value) ? value : path.join(homedir(), fallback);
  return path.join(base, 'p2plab');
}

/** Sources, kernels, images: all of it can be deleted and is made again. */
export const cacheRoot = xdg('XDG_CACHE_HOME', '.cache');

/** Bundles and results: what the lab has found out. */
export const stateRoot = xdg('XDG_STATE_HOME', '.local/state');

/** A path as a person reads it: relative where it lies below the working directory, `~` for the home. */
export function displayPath(file: string): string {
  const relative = path.relative(process.cwd(), file);
  if (!relative.startsWith('..') && !path.isAbsolute(relative)) return relative === '' ? '.' : relative;
  const home = homedir();
  return home !== '/' && file.startsWith(`${home}/`) ? `~${file.slice(home.length)}` : file;
}
