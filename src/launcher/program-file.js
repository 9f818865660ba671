// SPDX-License-Identifier: MIT
// JavaScript, as its one user main.js: to strip types takes Node longer than all that the two do.
import {createHash} from 'node:crypto';
import {mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync} from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');

/** Where ./setup puts the lab's modules in one file. */
export const bundleFolder = path.join(root, 'node_modules/.cache/p2plab');

/** Remembers which content the sources had in which state: to read them all takes longer than the rest of a start. */
const memo = path.join(bundleFolder, 'content');

/** @returns {string} */
function readMemo() {
  try {
    return readFileSync(memo, 'utf8');
  } catch {
    return '';
  }
}

/** @param {string} text */
function writeMemo(text) {
  try {
    mkdirSync(bundleFolder, {recursive: true});
    writeFileSync(`${memo}.${process.pid}`, text);
    renameSync(`${memo}.${process.pid}`, memo);
  } catch {
    // In a checkout that is mounted read-only they are read each time.
  }
}

/**
 * The file that holds all modules in their present state, whether it is there or not. It is named by the content of all
 * sources, so it is only ever used for those that it was made of, also in a copy of the checkout; after an edit the
 * sources themselves are loaded, until the next ./setup. Nobody can write to a file without a new ctime: files whose
 * state is known are not read again.
 * @returns {string}
 */
export function bundleFile() {
  const sources = readdirSync(path.join(root, 'src'), {recursive: true, encoding: 'utf8'});
  const names = ['package-lock.json', ...sources.map((source) => path.join('src', source)).sort()];
  const hash = createHash('sha256');
  const files = names.filter((name) => {
    const found = statSync(path.join(root, name));
    if (!found.isFile()) return false;
    hash.update(`${name} ${found.size} ${found.mtimeMs} ${found.ctimeMs} ${found.ino}\n`);
    return true;
  });
  const state = hash.digest('hex');
  const [known, content] = readMemo().split(' ');
  if (known === state && content !== undefined) return fileOf(content);
  const contents = createHash('sha256');
  for (const name of files) {
    const bytes = readFileSync(path.join(root, name));
    contents.update(`${name} ${bytes.length}\n`).update(bytes);
  }
  const key = contents.digest('hex').slice(0, 20);
  writeMemo(`${state} ${key}`);
  return fileOf(key);
}

/** @param {string} key */
function fileOf(key) {
  return path.join(bundleFolder, `${key}.mjs`);
}
