// SPDX-License-Identifier: MIT
import {randomBytes} from 'node:crypto';
import {existsSync, readFileSync} from 'node:fs';
import {mkdir, rename, rm, utimes, writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {ZodType} from 'zod';
import type {Context} from './context.ts';
import type {Json} from './hash.ts';
import {withLock} from './lock.ts';
import {cacheRoot} from './paths.ts';

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

/** Where the thing with this key lies once it is there. */
export function storePath(kind: StoreKind, key: string): string {
  return path.join(cacheRoot, kind, key);
}

/**
 * The folder of a content-addressed thing, made by `make` if it is not there yet. Callers at the same time
 * share one making. A folder is complete when it has its name: it is filled under another and renamed. Its
 * time is that of its last use.
 * @param key stands for everything that `make` depends on
 */
export async function stored(
  kind: StoreKind,
  key: string,
  purpose: string,
  context: Context,
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = storePath(kind, key);
  if (existsSync(folder)) {
    const now = new Date();
    await utimes(folder, now, now);
    return folder;
  }
  return withLock(`${folder}.lock`, purpose, context, async () => {
    if (existsSync(folder)) return folder;
    const partial = `${folder}.partial`;
    await rm(partial, {recursive: true, force: true});
    await mkdir(partial, {recursive: true});
    try {
      await make(partial);
      await rename(partial, folder);
    } catch (error) {
      await rm(partial, {recursive: true, force: true});
      throw error;
    }
    return folder;
  });
}

/** Writes a file so that a reader sees the old content or the new, never a part. */
export async function writeWhole(file: string, content: string | Uint8Array): Promise<void> {
  const partial = `${file}.${randomBytes(4).toString('hex')}.partial`;
  await mkdir(path.dirname(file), {recursive: true});
  try {
    await writeFile(partial, content);
    await rename(partial, file);
  } catch (error) {
    await rm(partial, {force: true});
    throw error;
  }
}

/** What was noted under a key, or undefined if nothing was, or nothing that `schema` accepts. */
export function readRecord<T>(kind: StoreKind, key: string, schema: ZodType<T>): T | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(`${storePath(kind, key)}.json`, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Notes something small that was found out about this machine. */
export async function writeRecord(kind: StoreKind, key: string, value: Json): Promise<void> {
  await writeWhole(`${storePath(kind, key)}.json`, `${JSON.stringify(value)}\n`);
}
