// SPDX-License-Identifier: MIT
import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {pipeline} from 'node:stream/promises';

/** A value of plain data, as JSON has it. */
export type Json = string | number | boolean | null | readonly Json[] | {readonly [key: string]: Json};

/** SHA-256 of bytes or text, in hex. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** SHA-256 of a file's content, in hex; the file is streamed. */
export async function sha256File(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
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
