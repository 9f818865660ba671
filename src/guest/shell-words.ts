// SPDX-License-Identifier: MIT

/** Quotes words for the guest's shell: none of them is ever interpreted. */
export function shellWords(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');
}
