// SPDX-License-Identifier: MIT
// JavaScript, as its one user main.js: to strip types takes Node longer than all that the two do.
import {createHash} from 'node:crypto';
import {readdirSync, statSync} from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');

/** Where ./setup puts the lab's modules in one file. */
export const bundleFolder = path.join(root, 'node_modules/.cache/p2plab');

/**
 * The file that holds all modules in their present state, whether it is there or not. It is named by the
 * state of all sources, so it is only ever used for those that it was made of; after an edit the sources
 * themselves are loaded, until the next ./setup.
 * @returns {string}
 */
export function bundleFile() {
  const hash = createHash('sha256');
  const sources = readdirSync(path.join(root, 'src'), {recursive: true, encoding: 'utf8'});
  for (const name of ['package-lock.json', ...sources.map((source) => path.join('src', source)).sort()]) {
    const {mtimeMs, size} = statSync(path.join(root, name));
    hash.update(`${name} ${mtimeMs} ${size}\n`);
  }
  return path.join(bundleFolder, `${hash.digest('hex').slice(0, 20)}.mjs`);
}
