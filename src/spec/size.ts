// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {formatBytes} from '../base/bytes.ts';

const units = {KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40} as const;

const syntax = /^([1-9][0-9]*)(KiB|MiB|GiB|TiB)?$/;

/** Bytes in `64KiB`, `16MiB`, `1GiB` or plain digits; NaN for anything else. */
export function parseSize(text: string): number {
  const match = syntax.exec(text);
  if (match === null) return Number.NaN;
  const bytes = Number(match[1]) * (match[2] === undefined ? 1 : units[match[2] as keyof typeof units]);
  return Number.isSafeInteger(bytes) ? bytes : Number.NaN;
}

// How sizes are shown is one thing for all of the project: what is read here is written without the space.
const error = 'not a size: write 64KiB, 16MiB, 1GiB or a whole number of bytes';

/** A size in bytes, more than 0: `64KiB`, `16MiB`, `1GiB`, or a whole number. */
export const size = z
  .union(
    [
      z.int().positive({error}),
      z
        .string()
        .refine((text) => !Number.isNaN(parseSize(text)), {error})
        .meta({pattern: syntax.source}),
    ],
    {
      error,
    },
  )
  .transform((value) => (typeof value === 'number' ? value : parseSize(value)))
  .meta({title: 'size'});

/** A size that is a multiple of `unit` bytes. */
export function multipleOf(unit: number) {
  return size
    .refine((bytes) => bytes % unit === 0, {error: `not a multiple of ${formatBytes(unit)}`})
    .meta({title: `size, a multiple of ${formatBytes(unit)}`});
}

/** A size that is a power of two, as a PCI BAR must be, and at least `least` bytes. */
export function powerOfTwo(least: number) {
  return size
    .refine((bytes) => bytes >= least && Number.isInteger(Math.log2(bytes)), {
      error: `not a power of two of at least ${formatBytes(least)}`,
    })
    .meta({title: `size, a power of two, at least ${formatBytes(least)}`});
}
