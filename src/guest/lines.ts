// SPDX-License-Identifier: MIT
import type {Readable} from 'node:stream';

/**
 * Tells the whole lines of a stream of QEMU's, without their ends. A line longer than `limit` bytes is cut:
 * what a guest writes has no bounds. An error of the stream is QEMU's end, which its exit tells.
 */
export function onLines(stream: Readable, limit: number, tell: (line: string) => void): void {
  let rest = '';
  stream.on('error', () => undefined);
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('utf8')).split(/\r?\n/);
    rest = (lines.pop() ?? '').slice(0, limit);
    for (const line of lines) tell(line.slice(0, limit));
  });
}
