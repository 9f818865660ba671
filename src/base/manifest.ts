// SPDX-License-Identifier: MIT
// Detects accidental damage of a directory: truncated files, flipped bits, deleted files. It is no defence against an
// attacker, who could rewrite the manifest too.
//
// A file is identified by its size and SHA-256. To hash a kernel tree on every use would cost seconds, so a manifest
// also has each file's mtime, ctime and inode: nobody can write to a file without a new ctime. A file whose state
// changed is hashed again, and is intact if its content is still the same (a hard link changes ctime).
import {createHash} from 'node:crypto';
import {closeSync, lstatSync, openSync, readFileSync, readlinkSync, readSync, type Stats} from 'node:fs';
import {readdir} from 'node:fs/promises';
import path from 'node:path';
import {setImmediate as nextTurn} from 'node:timers/promises';
import * as z from 'zod';
import {isErrno, messageOf} from './errors.ts';
import {sha256} from './hash.ts';
import {readSealed, writeSealed} from './whole.ts';

/** A file as a manifest has it: what it holds, and the state in which it was last seen to hold that. */
const fileSchema = z.tuple([z.string(), z.string()]);
const manifestSchema = z.record(z.string(), fileSchema);
type Manifest = Record<string, readonly [content: string, state: string]>;

/** Which files are hashed on every use, whatever their state; the others only when their state has changed. */
export type Hashed = (name: string) => boolean;

/** Large files are read in pieces. */
const piece = 1024 * 1024;
const buffer = Buffer.allocUnsafeSlow(piece);

/** How long files are looked at before others get their turn, in milliseconds. */
const slice = 20;

function stateOf({size, mtimeMs, ctimeMs, ino}: Stats): string {
  return `${size} ${mtimeMs} ${ctimeMs} ${ino}`;
}

/** Synchronous: for the many small files of a tree this takes a third of the time. */
function hashOf(file: string, size: number): string {
  if (size <= piece) return sha256(readFileSync(file));
  const hash = createHash('sha256');
  const descriptor = openSync(file, 'r');
  try {
    for (let read = -1; read !== 0; ) {
      read = readSync(descriptor, buffer);
      hash.update(buffer.subarray(0, read));
    }
    return hash.digest('hex');
  } finally {
    closeSync(descriptor);
  }
}

/** What stands for a file's content; undefined for what is neither a file nor a link. */
function contentOf(file: string, found: Stats): string | undefined {
  if (found.isSymbolicLink()) return `link ${readlinkSync(file)}`;
  if (!found.isFile()) return undefined;
  return `${(found.mode & 0o100) === 0 ? '-' : 'x'} ${found.size} ${hashOf(file, found.size)}`;
}

function find(file: string): Stats | undefined {
  try {
    return lstatSync(file);
  } catch (error) {
    if (isErrno(error, 'ENOENT') || isErrno(error, 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** Runs work for each name, and lets others have their turn in between. */
async function forEachName(names: Iterable<string>, work: (name: string) => void): Promise<void> {
  let begun = performance.now();
  for (const name of names) {
    work(name);
    if (performance.now() - begun < slice) continue;
    await nextTurn();
    begun = performance.now();
  }
}

function read(manifest: string): Manifest | undefined {
  const text = readSealed(manifest);
  if (text === undefined) return undefined;
  const parsed = manifestSchema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : undefined;
}

/**
 * Records what all files below a folder hold.
 * @param manifest the file for it, outside of the folder; what it has of files in the same state is not read again
 */
export async function seal(folder: string, manifest: string): Promise<void> {
  const before = read(manifest) ?? {};
  const sealed: Manifest = {};
  const entries = await readdir(folder, {recursive: true, withFileTypes: true});
  const names = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
  await forEachName(names, (name) => {
    const file = path.join(folder, name);
    const found = find(file);
    if (found === undefined) return;
    const state = stateOf(found);
    const known = before[name];
    const content = known?.[1] === state ? known[0] : contentOf(file, found);
    if (content !== undefined) sealed[name] = [content, state];
  });
  await writeSealed(manifest, JSON.stringify(sealed));
}

/** What is wrong with a folder. */
export interface Damage {
  /** The damaged or missing files; empty if the manifest itself is damaged or missing. */
  readonly names: readonly string[];
  /** For a person: the first of them, and how many more there are. */
  readonly text: string;
}

/**
 * Compares a folder with its manifest, and remembers the new state of files that are intact. Files that the manifest
 * does not have are not looked at.
 * @param only the files to look at; all if not given
 * @returns undefined for a folder that is intact
 */
export async function findDamage(
  folder: string,
  manifest: string,
  {hashed = () => false, only}: {readonly hashed?: Hashed; readonly only?: readonly string[]} = {},
): Promise<Damage | undefined> {
  const known = read(manifest);
  if (known === undefined) return {names: [], text: 'its manifest is missing or damaged'};
  const wrong: {readonly name: string; readonly problem: string}[] = [];
  const renewed: string[] = [];
  await forEachName(only?.filter((name) => name in known) ?? Object.keys(known), (name) => {
    const file = path.join(folder, name);
    const found = find(file);
    const [content, state] = known[name] ?? [];
    if (found === undefined || content === undefined) {
      wrong.push({name, problem: 'is missing'});
      return;
    }
    const now = stateOf(found);
    if (now === state && !hashed(name)) return;
    const problem = difference(file, found, content);
    if (problem !== undefined) wrong.push({name, problem});
    else if (now !== state) {
      known[name] = [content, now];
      renewed.push(name);
    }
  });
  const [first, ...more] = wrong;
  if (first === undefined) {
    if (renewed.length > 0) await writeSealed(manifest, JSON.stringify(known));
    return undefined;
  }
  const others = more.length === 0 ? '' : `, and ${more.length} more files`;
  return {names: wrong.map(({name}) => name), text: `${first.name} ${first.problem}${others}`};
}

/** How a file differs from what it held; undefined if it does not. */
function difference(file: string, found: Stats, content: string): string | undefined {
  try {
    return contentOf(file, found) === content ? undefined : 'has changed';
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return 'is missing';
    return `cannot be read (${messageOf(error)})`;
  }
}

/**
 * Takes the present state of all files for one in which they are intact, where neither size, mtime nor inode changed:
 * for whoever has just made hard links to them.
 */
export async function acceptLinks(folder: string, manifest: string): Promise<void> {
  const known = read(manifest);
  if (known === undefined) return;
  await forEachName(Object.keys(known), (name) => {
    const found = find(path.join(folder, name));
    const [content, state] = known[name] ?? [];
    if (found === undefined || content === undefined || state === undefined) return;
    const now = stateOf(found);
    const lasting = (text: string): readonly string[] => text.split(' ').toSpliced(2, 1);
    if (lasting(now).join() === lasting(state).join()) known[name] = [content, now];
  });
  await writeSealed(manifest, JSON.stringify(known));
}
