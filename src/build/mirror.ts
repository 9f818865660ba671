// SPDX-License-Identifier: MIT
import {copyFile, mkdir, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';

/**
 * Makes the files of one folder those of another, but for what make has made beside them. What is the same already
 * keeps its time: make compiles only what has changed.
 */
export async function mirror(from: string, to: string): Promise<void> {
  const list = `${to}.files`;
  const before = (await readFile(list, 'utf8').catch(() => '')).split('\n').filter((name) => name !== '');
  const entries = await readdir(from, {recursive: true, withFileTypes: true});
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(from, path.join(entry.parentPath, entry.name)));
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
