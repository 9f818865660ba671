// SPDX-License-Identifier: MIT

/** Returns the sum of the bytes of entries of a ledger, or of whatever else has bytes. */
export function sumBytes(entries: readonly {readonly bytes: number}[]): number {
  return sum(entries.map(({bytes}) => bytes));
}

/** Returns the sum of numbers. */
export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
