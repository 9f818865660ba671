// SPDX-License-Identifier: MIT
import {constants, type Stats} from 'node:fs';
import {type FileHandle, open, readdir} from 'node:fs/promises';
import {isErrno, UsageError} from '../base/errors.ts';
import {formatBytes} from '../base/bytes.ts';

/**
 * The one way to read a file of a bundle. A bundle may come from anybody: a name leads out of it, a file is a link to
 * one of the host, a FIFO that never ends, a device, or larger than memory. So each component is opened below the one
 * before it, no link is followed, and nothing but a regular file is opened at all.
 */

/** Linux' O_PATH (include/uapi/asm-generic/fcntl.h): it names a file without opening it, so that no device notices. */
const O_PATH = 0o10000000;

const {O_RDONLY, O_DIRECTORY, O_NOFOLLOW} = constants;

/** No bundle of the lab has as many files, or folders as deep. */
const mostFiles = 4096;
const deepest = 4;

/** A file of a bundle that is none of a bundle's, or not what p2plab writes. The message is a clause: `its … is …`. */
export class BundleFileError extends UsageError {
  /** The bundle, for whoever has to name it. */
  readonly bundle: string;

  constructor(bundle: string, problem: string, cause?: unknown) {
    super(problem, {cause});
    this.bundle = bundle;
  }
}

/**
 * Reads a file of a bundle.
 * @param name its path in the bundle
 * @param most bytes: a larger one is refused
 * @returns undefined if there is none of this name
 * @throws {BundleFileError} for what is no regular file, leads out of the bundle, or is too large
 */
export async function readBundleFile(
  bundle: string,
  name: string,
  most: number,
): Promise<Buffer | undefined> {
  return withFile(bundle, name, async (handle, size) => {
    if (size > most) throw tooLarge(bundle, name, most);
    const parts: Buffer[] = [];
    let length = 0;
    // It may grow while it is read, as the log of a guest that runs does.
    for (;;) {
      const piece = Buffer.alloc(Math.min(2 ** 20, most + 1 - length));
      const {bytesRead} = await handle.read(piece, 0, piece.length, length);
      if (bytesRead === 0) return Buffer.concat(parts, length);
      parts.push(piece.subarray(0, bytesRead));
      length += bytesRead;
      if (length > most) throw tooLarge(bundle, name, most);
    }
  });
}

/** The beginning and the end of a file. */
export interface Ends {
  readonly size: number;
  /** All of it where `tail` is undefined. */
  readonly head: Buffer;
  readonly tail: Buffer | undefined;
}

/** Reads as much of a file's beginning and end as is asked for; undefined if there is none of this name. */
export async function readBundleEnds(
  bundle: string,
  name: string,
  {head, tail}: {readonly head: number; readonly tail: number},
): Promise<Ends | undefined> {
  return withFile(bundle, name, async (handle, size) => {
    const piece = async (length: number, position: number): Promise<Buffer> => {
      const buffer = Buffer.alloc(length);
      const {bytesRead} = await handle.read(buffer, 0, length, position);
      return buffer.subarray(0, bytesRead);
    };
    if (size <= head + tail) return {size, head: await piece(head + tail, 0), tail: undefined};
    return {size, head: await piece(head, 0), tail: await piece(tail, size - tail)};
  });
}

/** A file that a bundle has. */
export interface BundleFile {
  /** Its path in the bundle. */
  readonly name: string;
  readonly bytes: number;
}

/** The regular files of a bundle, by name; none behind a link. A bundle of too many is cut. */
export async function bundleFiles(bundle: string): Promise<readonly BundleFile[]> {
  const found: BundleFile[] = [];
  let seen = 0;
  const walk = async (folder: FileHandle, prefix: string, depth: number): Promise<void> => {
    const entries = await readdir(within(folder, ''), {withFileTypes: true});
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (++seen > mostFiles) return;
      if (entry.isDirectory() && depth < deepest) {
        const below = await openFolder(within(folder, entry.name)).catch(() => undefined);
        if (below === undefined) continue;
        await using(below, () => walk(below, `${prefix}${entry.name}/`, depth + 1));
      } else if (entry.isFile()) {
        const file = await open(within(folder, entry.name), O_PATH | O_NOFOLLOW).catch(() => undefined);
        if (file === undefined) continue;
        const about = await using(file, () => file.stat());
        if (about.isFile()) found.push({name: `${prefix}${entry.name}`, bytes: about.size});
      }
    }
  };
  const root = await open(bundle, O_RDONLY | O_DIRECTORY).catch(() => undefined);
  if (root === undefined) return [];
  await using(root, () => walk(root, '', 1));
  return found;
}

/** Opens a regular file of a bundle for `work`; undefined if there is none of this name. */
async function withFile<T>(
  bundle: string,
  name: string,
  work: (handle: FileHandle, size: number) => Promise<T>,
): Promise<T | undefined> {
  const parts = name.split('/');
  const odd = parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\0'));
  if (odd) throw new BundleFileError(bundle, `its ${JSON.stringify(name)} is no name of a file in a bundle`);
  try {
    let folder = await open(bundle, O_RDONLY | O_DIRECTORY);
    try {
      for (const part of parts.slice(0, -1)) {
        const next = await openFolder(within(folder, part));
        await folder.close();
        folder = next;
      }
      const place = await open(within(folder, parts.at(-1) ?? ''), O_PATH | O_NOFOLLOW);
      return await using(place, async () => {
        const about = await place.stat();
        if (!about.isFile())
          throw new BundleFileError(bundle, `its ${name} is ${kindOf(about)}, no regular file`);
        // By its descriptor: nothing can have been put in its place.
        const handle = await open(`/proc/self/fd/${place.fd}`, O_RDONLY);
        return using(handle, () => work(handle, about.size));
      });
    } finally {
      await folder.close();
    }
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    if (isErrno(error, 'ENOTDIR') || isErrno(error, 'ELOOP') || isErrno(error, 'ENAMETOOLONG'))
      throw new BundleFileError(bundle, `its ${name} does not lie in folders of the bundle`, error);
    if (isErrno(error, 'EACCES')) throw new BundleFileError(bundle, `its ${name} may not be read`, error);
    throw error;
  }
}

/** The path of a name below an open folder, whatever has become of that folder's own name: node has no openat(2). */
function within(folder: FileHandle, name: string): string {
  return `/proc/self/fd/${folder.fd}/${name}`;
}

const openFolder = (file: string): Promise<FileHandle> => open(file, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);

async function using<T>(handle: FileHandle, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await handle.close();
  }
}

function kindOf(about: Stats): string {
  if (about.isSymbolicLink()) return 'a symbolic link';
  if (about.isDirectory()) return 'a directory';
  if (about.isFIFO()) return 'a FIFO';
  return about.isSocket() ? 'a socket' : 'a device';
}

function tooLarge(bundle: string, name: string, most: number): BundleFileError {
  return new BundleFileError(bundle, `its ${name} is larger than ${formatBytes(most)}`);
}
