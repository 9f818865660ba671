// SPDX-License-Identifier: MIT
import * as z from 'zod';

/**
 * How much of what a guest says, or a stranger's bundle, is kept: the same where a result is written and where it is
 * read, so that neither a database nor a page ever has to hold more. In characters.
 */
export const longest = {
  /** What identifies: scenarios, kernels, devices. A longer one is refused, for a part of a name is another name. */
  name: 512,
  /** A sentence: a reason, a check's detail, a line of a trace. */
  sentence: 4096,
  /** What a command printed. */
  output: 65_536,
} as const;

/** Entries of a list: more are refused. */
export const most = {
  steps: 10_000,
  ledger: 1_000_000,
  checks: 10_000,
  measurements: 10_000,
  lines: 4096,
} as const;

/**
 * Returns a text that any database and any terminal can be given whole: no NUL, no half of a surrogate pair, and no
 * longer than this; in the middle of a longer one stands how much was left out.
 */
export function bounded(text: string, limit: number = longest.sentence): string {
  const clean = text.toWellFormed().replaceAll('\0', '\u{FFFD}');
  if (clean.length <= limit) return clean;
  const note = `… ${clean.length - limit} characters left out …`;
  const kept = limit - note.length - 24;
  const half = Math.floor(kept / 2);
  const cut = `${clean.slice(0, kept - half)}${note}${clean.slice(clean.length - half)}`;
  // A cut may go through a pair.
  return cut.toWellFormed();
}

/** A sentence; a longer one is cut. */
export const sentence = z.string().transform((text) => bounded(text));

/** A name: it cannot be cut, and a NUL is in none. */
export const name = z
  .string()
  .max(longest.name)
  .refine((text) => text.isWellFormed() && !text.includes('\0'), {error: 'not a name'});

/** A count: exact in a number, and in a column of a database. */
export const whole = z.int().nonnegative();

/** An address of up to 64 bits: a broken one may be more than a number holds exactly. */
export const address = z
  .number()
  .nonnegative()
  .max(2 ** 64)
  .refine(Number.isInteger);

/** A number of a kind that is stored as it is. */
export const finite = z.number().refine(Number.isFinite);
