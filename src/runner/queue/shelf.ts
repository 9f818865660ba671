// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {mkdir, readdir, rename, rm, stat} from 'node:fs/promises';
import path from 'node:path';
import type {Context} from '../../base/context.ts';
import {HostError, isErrno, messageOf} from '../../base/errors.ts';
import {output} from '../../base/process.ts';

/** Where bundles of all workers are put, so that whoever reads the results finds them. */
export interface Shelf {
  readonly folder: string;
  /** Brings a bundle there, whole but under a name that nobody reads yet. */
  readonly bring: (bundle: string, context: Context) => Promise<Parcel>;
}

/** A bundle on its way. */
export interface Parcel {
  /** Where it is found once it is placed. */
  readonly target: string;
  /** Gives it its name; done again it does nothing. */
  readonly place: () => Promise<void>;
  /** What was brought is taken away again, placed or not; the worker's own copy too. */
  readonly discard: () => Promise<void>;
  /** Removes the worker's own copy of what was placed. */
  readonly tidy: () => Promise<void>;
}

/** The ending of what is not whole yet. It begins with a dot, so that no list of bundles has it. */
const ending = '.partial';

/** What a worker that was killed left half brought is removed after this time, in milliseconds. */
const stale = 24 * 3600 * 1000;

/** The lab's own folder, where bundles are already. */
export function ownShelf(folder: string): Shelf {
  const bring = (bundle: string): Promise<Parcel> =>
    Promise.resolve({
      target: bundle,
      place: () => Promise.resolve(),
      discard: () => rm(bundle, {recursive: true, force: true}),
      tidy: () => Promise.resolve(),
    });
  return {folder, bring};
}

/**
 * A folder that all hosts have under the same path, as one that is mounted.
 * @throws {HostError} when it cannot be written
 */
export async function sharedShelf(folder: string): Promise<Shelf> {
  const unusable = (error: unknown): HostError =>
    new HostError(`bundles cannot be put into ${folder}: ${messageOf(error)}`, {
      hint: 'is it mounted, and may you write there?',
    });
  try {
    await mkdir(folder, {recursive: true});
    await removeStale(folder);
  } catch (error) {
    throw unusable(error);
  }
  const bring = async (bundle: string, context: Context): Promise<Parcel> => {
    const name = path.basename(bundle);
    const partial = path.join(folder, `.${name}${ending}`);
    const target = path.join(folder, name);
    const discard = async (): Promise<void> => {
      for (const one of [partial, target, bundle]) await rm(one, {recursive: true, force: true});
    };
    try {
      // Disks are mostly holes: cp keeps them. Who owns it is the mounted folder's affair.
      const words = ['-R', '--preserve=mode,timestamps', '--sparse=auto', '-T', '--', bundle, partial];
      await output('cp', words, {signal: context.signal});
    } catch (error) {
      await rm(partial, {recursive: true, force: true}).catch(() => undefined);
      throw context.signal.aborted ? error : unusable(error);
    }
    const place = async (): Promise<void> => {
      if (existsSync(target)) return;
      await rename(partial, target).catch((error: unknown) => {
        // A code of the file system is none of the database's.
        throw unusable(isErrno(error, 'ENOENT') ? 'what was brought there is gone' : error);
      });
    };
    return {target, place, discard, tidy: () => rm(bundle, {recursive: true, force: true})};
  };
  return {folder, bring};
}

async function removeStale(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith('.') || !name.endsWith(ending)) continue;
    const file = path.join(folder, name);
    const {mtimeMs} = await stat(file);
    if (Date.now() - mtimeMs > stale) await rm(file, {recursive: true, force: true});
  }
}
