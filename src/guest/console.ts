// SPDX-License-Identifier: MIT
import {createWriteStream} from 'node:fs';
import type {Readable} from 'node:stream';
import {finished} from 'node:stream/promises';
import {HostError, messageOf} from '../base/errors.ts';
import {displayPath} from '../base/paths.ts';
import {onLines} from './lines.ts';

/** More than this of a console is not kept: a guest's output is hostile. */
const limit = 16 * 1024 * 1024;
const lineLimit = 4096;

/** A guest's console: written to a file as it comes, each whole line told to `onLine`. */
export interface ConsoleRecorder {
  /**
   * Resolves when QEMU has closed the console and the file is complete; rejects with a HostError when it
   * could not be written.
   */
  readonly done: Promise<void>;
}

/** Records a console into `file`, up to 16 MiB. */
export function recordConsole(
  stream: Readable,
  file: string,
  onLine: (line: string) => void,
): ConsoleRecorder {
  const target = createWriteStream(file);
  // A full disk shows here first, long before anybody waits for the file.
  const written = finished(target).catch((error: unknown) => {
    throw new HostError(`cannot write ${displayPath(file)}: ${messageOf(error)}`, {cause: error});
  });
  written.catch(() => undefined);
  let kept = 0;
  onLines(stream, lineLimit, onLine);
  stream.on('data', (chunk: Buffer) => {
    if (kept < limit) target.write(chunk.subarray(0, limit - kept));
    else if (kept - chunk.length < limit)
      target.write('\n[p2plab: the console goes on, but no more of it is kept]\n');
    kept += chunk.length;
  });
  const done = new Promise<void>((resolve) => {
    stream.once('close', () => {
      target.end();
      resolve(written);
    });
  });
  return {done};
}
