// SPDX-License-Identifier: MIT
import {sha256} from './hash.ts';

/** A file system allows 255 bytes, and a bundle's name is made of three such parts. */
const limit = 64;

/**
 * Returns a name (of a scenario, a kernel, a branch, a series) as part of a file's name: a slash would make a folder.
 * A name that had to be shortened ends with its hash.
 */
export function asFileName(name: string): string {
  const safe = name.replaceAll(/[^A-Za-z0-9._+@=,-]/g, '.').replace(/^\.+/, '');
  if (safe.length > 0 && safe.length <= limit) return safe;
  return `${safe.slice(0, limit - 9)}-${sha256(name).slice(0, 8)}`;
}
