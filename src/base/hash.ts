// SPDX-License-Identifier: MIT
import {createHash} from 'node:crypto';
import {open} from 'node:fs/promises';

/** A value of plain data, as JSON has it. */
export type Json = string | number | boolean | null | readonly Json[] | {readonly [key: string]: Json};

/** SHA-256 of bytes or text, in hex. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

const piece = 1024 * 1024;

/** SHA-256 of a file's content, in hex. It is read in pieces into one buffer: a stream makes a new one of each. */
export async function sha256File(file: string): Promise<string> {
  const hash = createHash('sha256');
  const handle = await open(file);
  try {
    const {size} = await handle.stat();
    const buffer = Buffer.allocUnsafeSlow(Math.min(size + 1, piece));
    for (;;) {
      const {bytesRead} = await handle.read(buffer);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}

function canonical(value: Json): Json {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value as Record<string, Json>);
  return Object.fromEntries(
    entries.map(([key, item]) => [key, canonical(item)] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** A short key (20 hex digits) of plain data: the same for the same content, in whatever order its keys stand. */
export function contentKey(value: Json): string {
  return sha256(JSON.stringify(canonical(value))).slice(0, 20);
}
