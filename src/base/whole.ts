// SPDX-License-Identifier: MIT
import {randomBytes} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {mkdir, rename, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {sha256} from './hash.ts';

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

/** Writes text below a line with its SHA-256: {@link readSealed} accepts no other content. */
export async function writeSealed(file: string, text: string): Promise<void> {
  await writeWhole(file, `${sha256(text)}\n${text}`);
}

/** Returns what {@link writeSealed} wrote, or undefined if the file is missing or damaged. */
export function readSealed(file: string): string | undefined {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const end = content.indexOf('\n');
  const text = content.slice(end + 1);
  return content.slice(0, end) === sha256(text) ? text : undefined;
}
