// SPDX-License-Identifier: MIT
import {lstat, readlink} from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import {sha256, sha256File} from '../base/hash.ts';
import {readNote, writeNote} from '../base/store.ts';

/** What a file was when it was last read: its state, and the hash of what it held. */
type Known = Record<string, readonly [state: string, hash: string]>;
const knownSchema = z.record(z.string(), z.tuple([z.string(), z.string()]));

/** What stands for a link by where it leads, or for a file by its bytes and whether it can be executed (`x`). */
export function contentHash(kind: 'link' | 'x' | '-', content: string | Uint8Array): string {
  return `${kind}:${sha256(content)}`;
}

/** Each file is open while it is hashed. */
const atOnce = 256;

/**
 * What stands for the content of each of these files: bytes and the bit to execute them, or a link's target. What is
 * not there, or is no file, is left out. Only what changed since the last time is read (a look at each of 80,000 files
 * takes about a second).
 * @param names relative to `root`
 * @param memo the file in which the last time is remembered
 */
export async function fileHashes(
  root: string,
  names: readonly string[],
  memo: string,
): Promise<ReadonlyMap<string, string>> {
  const known = readNote(memo, knownSchema) ?? {};
  const found: Known = {};
  let changed = names.length !== Object.keys(known).length;
  for (let start = 0; start < names.length; start += atOnce) {
    const portion = names.slice(start, start + atOnce);
    const inspected = await Promise.all(portion.map((name) => inspect(root, name, known)));
    for (const [index, name] of portion.entries()) {
      const file = inspected[index];
      if (file === undefined) continue;
      found[name] = file;
      changed ||= file !== known[name];
    }
  }
  if (changed) await writeNote(memo, found);
  return new Map(Object.entries(found).map(([name, [, hash]]) => [name, hash]));
}

async function inspect(root: string, name: string, known: Known): Promise<Known[string] | undefined> {
  const file = path.join(root, name);
  const found = await lstat(file).catch(() => undefined);
  if (found === undefined) return undefined;
  const state = `${found.mode.toString(8)} ${found.size} ${found.mtimeMs} ${found.ctimeMs} ${found.ino}`;
  const before = known[name];
  if (before?.[0] === state) return before;
  if (found.isSymbolicLink()) return [state, contentHash('link', await readlink(file))];
  if (!found.isFile()) return undefined;
  const executable = (found.mode & 0o100) !== 0;
  return [state, `${executable ? 'x' : '-'}:${await sha256File(file)}`];
}
