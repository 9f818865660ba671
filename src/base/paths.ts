// SPDX-License-Identifier: MIT
import {homedir} from 'node:os';
import path from 'node:path';
import {HostError} from './errors.ts';

/** The checkout that this code runs from. */
export const labRoot = path.resolve(import.meta.dirname, '../..');

/** The user's home; undefined for a user without one: neither HOME nor an entry in passwd. */
function home(): string | undefined {
  try {
    return homedir();
  } catch {
    return undefined;
  }
}

/**
 * A base directory of the XDG specification. By hand, because env-paths asks for a home even where none is needed.
 * @throws {HostError} if neither the variable nor a home says where it is
 */
function baseDirectory(variable: string, belowHome: string): string {
  const given = process.env[variable];
  if (given !== undefined && given !== '') return path.resolve(given);
  const folder = home();
  if (folder !== undefined) return path.join(folder, belowHome);
  throw new HostError(`this user has no home directory, and ${variable} is not set`, {
    hint: 'set HOME, or XDG_CACHE_HOME and XDG_STATE_HOME, to folders that you may write to',
  });
}

/** Sources, kernels, images: all of it can be deleted and is made again. */
export const cacheRoot = path.join(baseDirectory('XDG_CACHE_HOME', '.cache'), 'p2plab');

/** Bundles and results: what the lab has found out. */
export const stateRoot = path.join(baseDirectory('XDG_STATE_HOME', '.local/state'), 'p2plab');

/** A path as a person reads it: relative where it lies below the working directory, `~` for the home. */
export function displayPath(file: string): string {
  const relative = path.relative(process.cwd(), file);
  if (!relative.startsWith('..') && !path.isAbsolute(relative)) return relative === '' ? '.' : relative;
  const folder = home();
  return folder !== undefined && folder !== '/' && file.startsWith(`${folder}/`)
    ? `~${file.slice(folder.length)}`
    : file;
}
