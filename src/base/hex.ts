// SPDX-License-Identifier: MIT

/** Returns a number as the kernel prints addresses: `0xfc011000`. */
export function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}
