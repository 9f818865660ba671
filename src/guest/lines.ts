// SPDX-License-Identifier: MIT
import type {Readable} from 'node:stream';

/**
 * Makes lines of pieces of text, and tells the whole ones without their ends. A line longer than `limit`
 * characters is cut: what a guest writes has no bounds.
 */
export function lineReader(limit: number, tell: (line: string) => void): (chunk: Buffer) => void {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk.toString('utf8')).split(/\r?\n/);
    rest = (lines.pop() ?? '').slice(0, limit);
    for (const line of lines) tell(line.slice(0, limit));
  };
}

/** Tells the lines of a stream of QEMU's. An error of the stream is QEMU's end, which its exit tells. */
export function onLines(stream: Readable, limit: number, tell: (line: string) => void): void {
  stream.on('error', () => undefined);
  stream.on('data', lineReader(limit, tell));
}
