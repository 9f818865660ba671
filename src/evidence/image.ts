// SPDX-License-Identifier: MIT
import {createHash} from 'node:crypto';
import {open} from 'node:fs/promises';

const block = 512;

/**
 * Bytes that look like nothing else: each block of 512 begins with the disk's name and its own number, the
 * rest follows from these by SHA-512, so that a block in the wrong place, or of the wrong disk, shows.
 * @param bytes a multiple of 512
 */
export function pattern(seed: string, bytes: number): Buffer {
  const data = Buffer.alloc(bytes);
  for (let offset = 0; offset < bytes; offset += block) {
    const number = offset / block;
    const digest = createHash('sha512').update(`${seed}:${number}`).digest();
    for (let at = offset; at < offset + block; at += digest.length) digest.copy(data, at);
    data.write(`${seed}#${number} `.slice(0, 32), offset, 'latin1');
  }
  return data;
}

/** Creates a raw disk image: sparse, with `head` at its beginning. */
export async function createImage(file: string, bytes: number, head: Uint8Array): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    await handle.truncate(bytes);
    await handle.write(head, 0, head.length, 0);
  } finally {
    await handle.close();
  }
}

/** How two runs of bytes differ. */
export interface Difference {
  /** Offset of the first byte that differs. */
  readonly offset: number;
  /** How many differ, a missing byte counted as one. */
  readonly bytes: number;
}

/** Where two runs of bytes differ, or undefined if they are the same. */
export function difference(actual: Uint8Array, expected: Uint8Array): Difference | undefined {
  if (Buffer.compare(actual, expected) === 0) return undefined;
  let offset = -1;
  let bytes = 0;
  for (let at = 0; at < Math.max(actual.length, expected.length); at++) {
    if (actual[at] === expected[at]) continue;
    if (offset === -1) offset = at;
    bytes++;
  }
  return {offset, bytes};
}

const chunk = 1024 * 1024;
const zeros = Buffer.alloc(chunk);

/**
 * Compares the whole of an image with what it must hold: `head`, and zeros after it.
 * @param size of the image, in bytes
 */
export async function imageDifference(
  file: string,
  head: Uint8Array,
  size: number,
): Promise<Difference | undefined> {
  const handle = await open(file, 'r');
  try {
    const data = Buffer.allocUnsafeSlow(Math.min(chunk, size));
    let first = -1;
    let bytes = 0;
    for (let offset = 0; offset < size; offset += chunk) {
      const length = Math.min(chunk, size - offset);
      const {bytesRead} = await handle.read(data, 0, length, offset);
      const found = difference(data.subarray(0, bytesRead), expectedAt(head, offset, length));
      if (found === undefined) continue;
      if (first === -1) first = offset + found.offset;
      bytes += found.bytes;
    }
    return first === -1 ? undefined : {offset: first, bytes};
  } finally {
    await handle.close();
  }
}

/** Of `head`, and zeros after it, this part. */
function expectedAt(head: Uint8Array, offset: number, length: number): Uint8Array {
  if (offset >= head.length) return zeros.subarray(0, length);
  if (offset + length <= head.length) return head.subarray(offset, offset + length);
  return Buffer.concat([head.subarray(offset), zeros.subarray(0, offset + length - head.length)]);
}
