// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {readdir} from 'node:fs/promises';
import path from 'node:path';
import {HostError} from '../base/errors.ts';
import {output} from '../base/process.ts';
import {remembered} from '../build/memory.ts';

/**
 * The shared libraries that a program of this machine needs, its loader among them: absolute paths as the
 * program will look for them. ldd(1) is asked once for each state of the program.
 */
export async function librariesOf(program: string): Promise<readonly string[]> {
  const said = await remembered(program, 'ldd', (file) => output('ldd', [file], {env: {LC_ALL: 'C'}}));
  const paths = [...said.matchAll(/^\s+(?:\S+ => )?(\/\S+) \(0x/gm)].map((match) => match[1]);
  return [...new Set(paths.filter((name) => name !== undefined))].sort();
}

/** A library: where a program looks for it, and where it lies. */
interface Found {
  readonly path: string;
  readonly from: string;
}

/**
 * The same of a program that lies in a folder with another system's files, and cannot be run here. readelf(1)
 * says what it needs.
 * @throws HostError when one of them is not in the folder
 */
export async function librariesIn(root: string, program: string): Promise<readonly Found[]> {
  const folders = await libraryFolders(root);
  const found = new Map<string, Found>();
  const visit = async (file: string): Promise<void> => {
    const said = await remembered(file, 'needs', (real) =>
      output('readelf', ['--wide', '--dynamic', '--program-headers', real], {env: {LC_ALL: 'C'}}),
    );
    const loader = /\[Requesting program interpreter: (\S+)\]/.exec(said)?.[1];
    const names = [...said.matchAll(/\(NEEDED\)\s+Shared library: \[(.+)\]/g)].map(([, name = '']) => name);
    for (const wanted of [...(loader === undefined ? [] : [loader]), ...names]) {
      const name = path.basename(wanted);
      if (found.has(name)) continue;
      const candidates = wanted.startsWith('/') ? [wanted, `/usr${wanted}`] : [];
      const all = [...candidates, ...folders.map((folder) => path.join(folder, name))];
      const where = all.find((candidate) => existsSync(path.join(root, candidate)));
      if (where === undefined) throw new HostError(`${program} needs ${name}, and ${root} does not have it`);
      const library = {path: wanted.startsWith('/') ? wanted : where, from: path.join(root, where)};
      found.set(name, library);
      await visit(library.from);
    }
  };
  await visit(program);
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Where a loader looks by itself: the folders of the system's architecture (multiarch), and the plain ones. */
async function libraryFolders(root: string): Promise<readonly string[]> {
  const folders: string[] = [];
  for (const base of ['/lib', '/usr/lib']) {
    if (!existsSync(path.join(root, base))) continue;
    const names = await readdir(path.join(root, base));
    folders.push(...names.filter((name) => name.endsWith('-linux-gnu')).map((name) => path.join(base, name)));
    folders.push(base);
  }
  return folders;
}
