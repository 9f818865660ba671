// SPDX-License-Identifier: MIT

/**
 * Returns a value as JSON that a terminal may be given: what JSON leaves as it is and a terminal obeys (C1 controls, DEL)
 * or an eye is fooled by (characters that turn the text around) is written as an escape, which means the same.
 */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replaceAll(/[\u007F-\u009F]|\p{Cf}/gu, (found) =>
    Array.from({length: found.length}, (_, index) => {
      const unit = found.charCodeAt(index).toString(16).padStart(4, '0');
      return `\\u${unit}`;
    }).join(''),
  );
}
