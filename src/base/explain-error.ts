// SPDX-License-Identifier: MIT
import {isErrno, LabError} from './errors.ts';
import {cacheRoot} from './paths.ts';

/** What is wrong, and what the reader can do about it. */
export interface Explanation {
  readonly message: string;
  readonly hint: string | undefined;
}

/** What a system error says about the machine, and what to do about it. */
const systemErrors: Readonly<Record<string, readonly [problem: string, hint: string]>> = {
  ENOSPC: ['no space left on the disk', 'p2plab kernel gc makes room; p2plab doctor shows how much there is'],
  EDQUOT: ['the disk quota is used up', 'p2plab kernel gc makes room'],
  EROFS: ['the file system is read-only', 'set XDG_CACHE_HOME and XDG_STATE_HOME to where it is not'],
  EACCES: ['this file may not be used', 'whose is it? p2plab needs no root: do not mix both'],
  EMFILE: ['too many open files', 'raise ulimit -n, or ask for fewer --jobs'],
};

/** Returns what to print for an error of the lab or of the system; undefined for one that the lab does not explain. */
export function explainError(error: unknown): Explanation | undefined {
  if (error instanceof LabError) return {message: error.message, hint: error.hint};
  const file = error instanceof Error ? (error as NodeJS.ErrnoException).path : undefined;
  if (isErrno(error, 'ENOENT') && file?.startsWith(`${cacheRoot}/`) === true) {
    const message = `${file} has gone from the cache while p2plab used it`;
    return {message, hint: 'run the command again: it is made again'};
  }
  for (const [code, [problem, hint]] of Object.entries(systemErrors)) {
    if (isErrno(error, code)) return {message: file === undefined ? problem : `${problem}: ${file}`, hint};
  }
  return undefined;
}
