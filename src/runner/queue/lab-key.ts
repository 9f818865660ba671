// SPDX-License-Identifier: MIT
import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {contentKey, sha256File} from '../../base/hash.ts';

/** All of a checkout that a run, or its verdict, depends on. */
const folders = ['lab', 'scenarios', 'images', 'src'];

/** Files open at the same time. */
const together = 64;

/**
 * Stands for what a checkout would make of a run: two hosts with the same key mean the same by the same names, and
 * judge alike.
 */
export async function labKey(root: string): Promise<string> {
  const files = (await Promise.all(folders.map((folder) => filesBelow(root, folder)))).flat().toSorted();
  const hashes: (readonly [string, string])[] = [];
  for (let start = 0; start < files.length; start += together) {
    const some = files.slice(start, start + together);
    hashes.push(
      ...(await Promise.all(
        some.map(async (file) => [file, await sha256File(path.join(root, file))] as const),
      )),
    );
  }
  const {version} = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {version: string};
  return contentKey({version, hashes});
}

/** Names from `root` on. What begins with a dot, or is left by an editor, is no part of a lab. */
async function filesBelow(root: string, folder: string): Promise<readonly string[]> {
  const entries = await readdir(path.join(root, folder), {recursive: true, withFileTypes: true});
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .filter((file) => !/(^|\/)\.|~$/.test(file));
}
