// SPDX-License-Identifier: MIT
import {CommanderError, InvalidArgumentError} from '@commander-js/extra-typings';
import {escapeControls} from '../base/escape.ts';
import {isErrno, LabError} from '../base/errors.ts';
import {cacheRoot} from '../base/paths.ts';

/** What a system error says about the machine, and what to do about it. */
const systemErrors: Readonly<Record<string, readonly [problem: string, hint: string]>> = {
  ENOSPC: ['no space left on the disk', 'p2plab kernel gc makes room; p2plab doctor shows how much there is'],
  EDQUOT: ['the disk quota is used up', 'p2plab kernel gc makes room'],
  EROFS: ['the file system is read-only', 'set XDG_CACHE_HOME and XDG_STATE_HOME to where it is not'],
  EACCES: ['this file may not be used', 'whose is it? p2plab needs no root: do not mix both'],
  EMFILE: ['too many open files', 'raise ulimit -n, or ask for fewer --jobs'],
};

/**
 * Prints an error as a person wants to read it.
 * @throws the error itself, if it is none that the lab explains: main.js reports that
 */
export function fail(error: unknown): void {
  if (error instanceof LabError) {
    say(error.message, error.hint);
    return;
  }
  // Thrown by an option's reader that a command called by itself.
  if (error instanceof InvalidArgumentError) {
    say(error.message, undefined);
    return;
  }
  // The parser has printed its own.
  if (error instanceof CommanderError) return;
  const missing = isErrno(error, 'ENOENT') ? (error as NodeJS.ErrnoException).path : undefined;
  if (missing?.startsWith(`${cacheRoot}/`) === true) {
    say(`${missing} has gone from the cache while p2plab used it`, 'run the command again: it is made again');
    return;
  }
  for (const [code, [problem, hint]] of Object.entries(systemErrors)) {
    if (!isErrno(error, code)) continue;
    const file = (error as NodeJS.ErrnoException).path;
    say(file === undefined ? problem : `${problem}: ${file}`, hint);
    return;
  }
  throw error;
}

function say(message: string, hint: string | undefined): void {
  process.stderr.write(`p2plab: ${escapeControls(message)}\n`);
  if (hint !== undefined) process.stderr.write(`        ${escapeControls(hint)}\n`);
}
