// SPDX-License-Identifier: MIT
import type {Illness} from './patterns.ts';
import {withoutNumbers} from './without-numbers.ts';

/**
 * Returns the title of a report: what is wrong, and where.
 * @param message the lines that were printed before its first line: WARN() prints its message there
 *   (kernel/panic.c, __warn_printk and __warn)
 * @param at the function that is to be looked at
 */
export function crashTitle(
  {type, title, whole}: Pick<Illness, 'type' | 'title' | 'whole'>,
  message: readonly string[],
  at: string | undefined,
): string {
  const text = message.map((line) => line.trim()).find((line) => line !== '');
  const what = type === 'warning' && text !== undefined ? `WARNING: ${withoutNumbers(text)}` : title;
  return at === undefined || whole ? what : `${what} in ${at}`;
}
