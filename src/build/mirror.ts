// SPDX-License-Identifier: MIT
import {copyFile, mkdir, readdir, readFile, rm, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';

/** What a build of modules leaves beside their sources. */
const built =
  /(^|\/)(\.[^/]*\.(cmd|d)|[^/]*\.(o|a|ko|mod|mod\.c|order|symvers)|Module\.symvers)$|(^|\/)\.(git|tmp_versions)\//;

/** The sources below a folder, sorted: what is not left by a build there. Links to files are files. */
export async function sourcesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true});
  const names: string[] = [];
  for (const entry of entries) {
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(folder, file);
    if (built.test(name)) continue;
    if (entry.isFile() || (entry.isSymbolicLink() && (await isFile(file)))) names.push(name);
  }
  return names.sort();
}

async function isFile(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined))?.isFile() === true;
}

/**
 * Makes the files of one folder those of another, but for what make has made beside them. What is the same already
 * keeps its time: make compiles only what has changed.
 */
export async function mirror(from: string, to: string): Promise<void> {
  const list = `${to}.files`;
  const before = (await readFile(list, 'utf8').catch(() => '')).split('\n').filter((name) => name !== '');
  const names = await sourcesBelow(from);
  // Written first: whoever is killed meanwhile has made nothing that the next one does not know of.
  await mkdir(to, {recursive: true});
  await writeFile(list, [...new Set([...before, ...names])].join('\n'));
  for (const name of before.filter((one) => !names.includes(one)))
    await rm(path.join(to, name), {force: true});
  for (const name of names) {
    const target = path.join(to, name);
    const [wanted, there] = await Promise.all([
      readFile(path.join(from, name)),
      readFile(target).catch(() => undefined),
    ]);
    if (there?.equals(wanted) === true) continue;
    await mkdir(path.dirname(target), {recursive: true});
    await copyFile(path.join(from, name), target);
  }
  await writeFile(list, names.join('\n'));
}
