// SPDX-License-Identifier: MIT
import {randomUUID} from 'node:crypto';
import {link, mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {isErrno} from '../base/errors.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Returns what a lab is known by to others that share its database: drawn once, and kept in its state folder. Neither
 * the host nor the path would do: a host may have several labs, and containers have equal names and paths.
 */
export async function labId(state: string): Promise<string> {
  const file = path.join(state, 'lab-id');
  const known = async (): Promise<string | undefined> => {
    const text = (await readFile(file, 'utf8').catch(() => '')).trim();
    return uuid.test(text) ? text : undefined;
  };
  const found = await known();
  if (found !== undefined) return found;
  await mkdir(state, {recursive: true});
  const drawn = randomUUID();
  const part = path.join(state, `.lab-id-${drawn}`);
  await writeFile(part, `${drawn}\n`);
  try {
    // Whole or not at all, and never over that of another process.
    await link(part, file).catch(async (error: unknown) => {
      if (!isErrno(error, 'EEXIST')) throw error;
      if ((await known()) !== undefined) return;
      // A file that was damaged is none.
      await rm(file, {force: true});
      await link(part, file).catch(() => undefined);
    });
  } finally {
    await rm(part, {force: true});
  }
  return (await known()) ?? drawn;
}
