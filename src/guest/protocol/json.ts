// SPDX-License-Identifier: MIT
import type * as z from 'zod';

/** What a text may be before it is read as JSON. */
export interface JsonBounds {
  /** In characters. */
  readonly length: number;
  /** Levels of arrays and objects. Recursive code overflows the stack on what JSON.parse() still accepts. */
  readonly depth: number;
}

/** Returns the value that a text is as JSON; undefined if it is no JSON, too long or nested too deeply. */
export function parseJson(text: string, {length, depth}: JsonBounds): unknown {
  if (text.length > length) return undefined;
  try {
    const value = JSON.parse(text) as unknown;
    return isWithin(value, depth) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Returns what a schema makes of a text of JSON; undefined if it does not fit. */
export function readIfValid<T>(text: string, schema: z.ZodType<T>, bounds: JsonBounds): T | undefined {
  return schema.safeParse(parseJson(text, bounds)).data;
}

function isWithin(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((part) => isWithin(part, depth - 1));
}
