// SPDX-License-Identifier: MIT
import {realpath, stat} from 'node:fs/promises';
import * as z from 'zod';
import {HostError, isErrno} from '../base/errors.ts';
import {contentKey, sha256File} from '../base/hash.ts';
import {readRecord, writeRecord} from '../base/store.ts';

/**
 * What `compute` says of a file of this machine, asked once for each state of the file: path, size and time
 * of change stand for its content, as they do for make. Asking a compiler for its version costs more than
 * all the rest of a start with nothing to do.
 * @param question tells apart what is remembered of the same file
 */
export async function remembered(
  file: string,
  question: string,
  compute: (file: string) => Promise<string>,
): Promise<string> {
  const real = await realpath(file);
  const {size, mtimeMs, ctimeMs, ino} = await stat(real);
  const memo = contentKey([question, real, size, mtimeMs, ctimeMs, ino]);
  const known = readRecord('probes', memo, z.string());
  if (known !== undefined) return known;
  const answer = await compute(real);
  await writeRecord('probes', memo, answer);
  return answer;
}

/** SHA-256 of a file that rarely changes and is not the user's, in hex. */
export function rememberedHash(file: string): Promise<string> {
  return remembered(file, 'sha256', sha256File);
}

/**
 * Where the first of these files of the system is.
 * @throws HostError when there is none, naming the Debian package that brings it
 */
export async function installed(candidates: readonly string[], debianPackage: string): Promise<string> {
  for (const candidate of candidates) {
    try {
      return await realpath(candidate);
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error;
    }
  }
  throw new HostError(`this machine has no ${candidates[0] ?? debianPackage}`, {
    hint: `run ./setup, or: apt-get install ${debianPackage}`,
  });
}
