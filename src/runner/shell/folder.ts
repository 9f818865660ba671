// SPDX-License-Identifier: MIT
import {mkdir, readdir, rm} from 'node:fs/promises';
import path from 'node:path';
import {isErrno} from '../../base/errors.ts';
import {stateRoot} from '../../base/paths.ts';

const root = path.join(stateRoot, 'shells');

/**
 * Gives `work` an empty folder, and removes it afterwards; those of labs that were killed, too. A folder is
 * named by the process that it belongs to.
 */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = path.join(root, String(process.pid));
  await rm(folder, {recursive: true, force: true});
  await mkdir(folder, {recursive: true, mode: 0o700});
  try {
    await sweep();
    return await work(folder);
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
}

async function sweep(): Promise<void> {
  for (const name of await readdir(root)) {
    if (!isAlive(Number(name))) await rm(path.join(root, name), {recursive: true, force: true});
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !isErrno(error, 'ESRCH');
  }
}
