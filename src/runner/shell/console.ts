// SPDX-License-Identifier: MIT
import {open, readFile} from 'node:fs/promises';
import {isErrno} from '../../base/errors.ts';
import {printable} from '../../results/describe.ts';

/** A file that another part writes is looked at this often, in milliseconds: inotify misses nothing less. */
const period = 50;

/**
 * Prints a console's file as it grows, from its beginning.
 * @returns ends it, when all that is there is printed
 */
export function followConsole(
  file: string,
  output: Pick<NodeJS.WritableStream, 'write'>,
): () => Promise<void> {
  let at = 0;
  let rest = '';
  const readOn = async (): Promise<void> => {
    const chunk = await readFrom(file, at);
    at += chunk.length;
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) output.write(`${clean(line)}\n`);
  };
  let ended = false;
  const loop = async (): Promise<void> => {
    while (!ended) {
      await readOn();
      await new Promise((resolve) => setTimeout(resolve, period));
    }
    await readOn();
    if (rest !== '') output.write(`${clean(rest)}\n`);
  };
  const done = loop();
  return async () => {
    ended = true;
    await done;
  };
}

async function readFrom(file: string, at: number): Promise<Buffer> {
  try {
    const handle = await open(file);
    try {
      const {bytesRead, buffer} = await handle.read(Buffer.alloc(1 << 16), 0, 1 << 16, at);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return Buffer.alloc(0);
    throw error;
  }
}

/** The last lines of a console, which say why a guest died. */
export async function lastLines(file: string): Promise<string> {
  const text = await readFile(file, 'latin1').catch(() => '');
  return text.trimEnd().split('\n').slice(-40).map(clean).join('\n');
}

function clean(line: string): string {
  return printable(line.replaceAll('\r', '').replaceAll('\t', '    '));
}
