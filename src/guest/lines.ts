// SPDX-License-Identifier: MIT
import type {Readable} from 'node:stream';

const newline = 0x0a;

/**
 * Makes lines of pieces of text, and tells the whole ones without their ends. Of a line longer than `limit` bytes
 * the rest is dropped as it comes: what a guest writes has no bounds.
 */
export function lineReader(limit: number, tell: (line: string) => void): (chunk: Buffer) => void {
  let kept: Buffer[] = [];
  let bytes = 0;
  const keep = (piece: Buffer): void => {
    const part = piece.subarray(0, limit - bytes);
    if (part.length === 0) return;
    kept.push(part);
    bytes += part.length;
  };
  return (chunk) => {
    let begin = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, begin)) {
      keep(chunk.subarray(begin, end));
      const line = Buffer.concat(kept).toString('utf8');
      kept = [];
      bytes = 0;
      begin = end + 1;
      tell(line.endsWith('\r') ? line.slice(0, -1) : line);
    }
    // A copy: whoever reads may use the chunk's memory again.
    keep(Buffer.from(chunk.subarray(begin, begin + limit - bytes)));
  };
}

/** Tells the lines of a stream of QEMU's. An error of the stream is QEMU's end, which its exit tells. */
export function onLines(stream: Readable, limit: number, tell: (line: string) => void): void {
  stream.on('error', () => undefined);
  stream.on('data', lineReader(limit, tell));
}
