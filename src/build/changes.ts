// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {appendFile, readdir, readFile, rm} from 'node:fs/promises';
import path from 'node:path';
import {writeWhole} from '../base/store.ts';

/**
 * What happens to a name of a tree: a file comes or goes, its content changes, or a link is involved, whose time
 * says nothing about what it leads to.
 */
export type Change = 'came' | 'went' | 'content' | 'link';

/** The changes of a tree since objects were last compiled from it: of each name the first one. */
export type Changes = ReadonlyMap<string, Change>;

/** Where the changes are noted for a folder of objects. */
function journal(objects: string): string {
  return `${objects}.changes`;
}

/**
 * Notes for every folder of objects what is about to happen to the tree that they are compiled from. To be called
 * before the tree is touched: whoever is killed in between has noted too much, which does no harm.
 * @param root the folder of the folders of objects
 */
export async function noteChanges(root: string, changes: Changes): Promise<void> {
  if (changes.size === 0 || !existsSync(root)) return;
  const text = [...changes].map(([name, change]) => `${change} ${name}\0`).join('');
  for (const entry of await readdir(root, {withFileTypes: true})) {
    const file = journal(path.join(root, entry.name));
    // A folder without a journal is as good as unknown already.
    if (entry.isDirectory() && existsSync(file)) await appendFile(file, text);
  }
}

/** Forgets what is known about all folders of objects: the tree is another one now. */
export async function forgetChanges(root: string): Promise<void> {
  if (!existsSync(root)) return;
  for (const name of await readdir(root)) if (name.endsWith('.changes')) await rm(path.join(root, name));
}

/** The changes since a folder of objects was last brought up to them; undefined if nobody has kept them. */
export async function pendingChanges(objects: string): Promise<Changes | undefined> {
  if (!existsSync(journal(objects))) return undefined;
  const changes = new Map<string, Change>();
  for (const line of (await readFile(journal(objects), 'utf8')).split('\0')) {
    const [, change, name] = /^(came|went|content|link) ([^]+)$/.exec(line) ?? [];
    if (name !== undefined && !changes.has(name)) changes.set(name, change as Change);
  }
  return changes;
}

/** Says that a folder of objects holds nothing any more that the noted changes would make wrong. */
export async function settleChanges(objects: string): Promise<void> {
  await writeWhole(journal(objects), '');
}

/** Has a copy of a folder of objects know what its original knows. */
export async function inheritChanges(from: string, to: string): Promise<void> {
  await writeWhole(journal(to), await readFile(journal(from)));
}
