// SPDX-License-Identifier: MIT
import {randomBytes} from 'node:crypto';
import {existsSync} from 'node:fs';
import {mkdir, readdir, rename, rm, utimes} from 'node:fs/promises';
import path from 'node:path';
import type {ZodType} from 'zod';
import {type Context, checkpoint} from './context.ts';
import {HostError, Interrupted, isErrno, type LabError} from './errors.ts';
import type {Json} from './hash.ts';
import {withLock} from './lock.ts';
import {type Damage, findDamage, type Hashed, seal} from './manifest.ts';
import {cacheRoot} from './paths.ts';
import {readSealed, writeSealed} from './whole.ts';

export {writeWhole} from './whole.ts';

/** What the cache keeps, one folder a kind, one folder below it a key. */
export type StoreKind =
  | 'sources'
  | 'trees'
  | 'kernels'
  | 'kits'
  | 'qemus'
  | 'modules'
  | 'objects'
  | 'tools'
  | 'images'
  | 'userlands'
  | 'keys'
  | 'probes';

const all: Hashed = () => true;
const none: Hashed = () => false;

/**
 * Which files of an entry are hashed whenever it is used: those that are booted, executed or parsed now. Of the others
 * only those whose state changed (see manifest.ts): nothing is wrong with a run whose vmlinux is not read.
 */
const hashed: Readonly<Partial<Record<StoreKind, Hashed>>> = {
  kernels: (name) => name !== 'vmlinux' && name !== 'System.map',
  qemus: all,
  modules: all,
  tools: all,
  images: all,
  keys: all,
};

/** Too large to be looked at whenever somebody asks for them: whoever reads them calls {@link requireIntact}. */
const large: ReadonlySet<StoreKind> = new Set(['sources']);

/** Where the thing with this key lies once it is there. */
export function storePath(kind: StoreKind, key: string): string {
  return path.join(cacheRoot, kind, key);
}

/** Where it is recorded what the files of an entry hold. */
export function manifestPath(kind: StoreKind, key: string): string {
  return `${storePath(kind, key)}.manifest`;
}

/** An entry of the cache was damaged. It is out of the way: whoever asks for it again has it made again. */
export class DamagedEntry extends HostError {}

/**
 * Takes an entry out of the store, so that it is made again. It gets another name: another process may be reading it.
 * The next `kernel gc` deletes it.
 */
export async function discard(kind: StoreKind, key: string): Promise<void> {
  const folder = storePath(kind, key);
  try {
    await rename(folder, `${folder}.partial-damaged-${randomBytes(4).toString('hex')}`);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
}

/** What is wrong with an entry; undefined if nothing is. */
function damageOf(kind: StoreKind, key: string, only?: readonly string[]): Promise<Damage | undefined> {
  const options = {hashed: hashed[kind] ?? none, ...(only !== undefined && {only})};
  return findDamage(storePath(kind, key), manifestPath(kind, key), options);
}

/**
 * Checks an entry that is about to be read.
 * @param only the files that are read; all if not given
 * @throws {DamagedEntry} if it is damaged; it is then out of the way
 */
export async function requireIntact(kind: StoreKind, key: string, only?: readonly string[]): Promise<void> {
  const folder = storePath(kind, key);
  const damage = await damageOf(kind, key, only);
  if (damage === undefined) return;
  await discard(kind, key);
  throw new DamagedEntry(`${folder} was damaged: ${damage.text}`, {
    hint: 'p2plab makes it again: repeat the command; if it is damaged again, check the disk',
  });
}

/** How often an entry is made again before the disk is to blame. */
const attempts = 3;

/**
 * Runs work that reads entries of the cache, and runs it again where one was damaged: it then finds that entry missing,
 * and makes it.
 */
export async function repaired<T>(topic: string, context: Context, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DamagedEntry) || attempt === attempts) throw error;
      checkpoint(context);
      context.report({topic, text: `${error.message}; making it again`});
    }
  }
}

/** Whether an entry is there and intact; a damaged one is put out of the way. */
async function usable(kind: StoreKind, key: string, purpose: string, {report}: Context): Promise<boolean> {
  const folder = storePath(kind, key);
  if (!existsSync(folder)) return false;
  if (large.has(kind)) return true;
  const damage = await damageOf(kind, key);
  if (damage === undefined) return true;
  // It was deleted meanwhile, or another process has put it out of the way.
  if (!existsSync(folder)) return false;
  report({topic: purpose, text: `${folder} is damaged (${damage.text}); making it again`});
  await discard(kind, key);
  return false;
}

/**
 * The folder of a content-addressed thing, made by `make` if it is not there yet, or damaged. Callers at the same time
 * share one making. A folder is complete when it has its name: it is filled under another and renamed. Its
 * time is that of its last use.
 * @param key stands for everything that `make` depends on
 * @throws {HostError} when the cache is deleted meanwhile
 */
export async function stored(
  kind: StoreKind,
  key: string,
  purpose: string,
  context: Context,
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = storePath(kind, key);
  // A look without the lock: what is damaged is looked at again under it, for another process may be repairing it.
  if (existsSync(folder) && (large.has(kind) || (await damageOf(kind, key)) === undefined)) {
    const now = new Date();
    try {
      await utimes(folder, now, now);
      return folder;
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error;
    }
  }
  return withLock(`${folder}.lock`, purpose, context, async () => {
    if (await usable(kind, key, purpose, context)) return folder;
    await removePartials(folder);
    // A name of its own: where the lock was deleted, another process may be at the same.
    const partial = `${folder}.partial-${randomBytes(4).toString('hex')}`;
    await mkdir(partial, {recursive: true});
    try {
      await make(partial);
      await seal(partial, manifestPath(kind, key));
      await rename(partial, folder);
    } catch (error) {
      const deleted = !existsSync(partial);
      await rm(partial, {recursive: true, force: true});
      // Whatever make says of it, the cause is not what it was given.
      if (deleted && !(error instanceof DamagedEntry)) throw cacheDeleted(purpose, error);
      throw error;
    }
    return folder;
  });
}

/** Removes what a killed lab had made of an entry. */
async function removePartials(folder: string): Promise<void> {
  const [parent, name] = [path.dirname(folder), path.basename(folder)];
  const found = (await readdir(parent)).filter(
    (one) => one.startsWith(`${name}.partial`) && !one.startsWith(`${name}.partial-damaged-`),
  );
  for (const one of found) await rm(path.join(parent, one), {recursive: true, force: true});
}

/** The error for a cache that was deleted by somebody while it was in use. */
export function cacheDeleted(purpose: string, cause: unknown): LabError {
  if (cause instanceof Interrupted) return cause;
  return new HostError(`the cache ${cacheRoot} was deleted while p2plab used it (${purpose})`, {
    hint: 'run the command again: what is missing is made again',
    cause,
  });
}

/** What was noted under a key, or undefined if nothing was, or nothing that `schema` accepts. */
export function readRecord<T>(kind: StoreKind, key: string, schema: ZodType<T>): T | undefined {
  return readNote(`${storePath(kind, key)}.json`, schema);
}

/** Notes something small that was found out about this machine. */
export async function writeRecord(kind: StoreKind, key: string, value: Json): Promise<void> {
  await writeNote(`${storePath(kind, key)}.json`, value);
}

/** The value in a file that {@link writeNote} wrote; undefined if it is not there, damaged, or not what `schema` accepts. */
export function readNote<T>(file: string, schema: ZodType<T>): T | undefined {
  const text = readSealed(file);
  if (text === undefined) return undefined;
  const parsed = schema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : undefined;
}

/** Writes a value so that {@link readNote} detects damage. */
export async function writeNote(file: string, value: Json): Promise<void> {
  await writeSealed(file, `${JSON.stringify(value)}\n`);
}
