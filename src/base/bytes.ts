// SPDX-License-Identifier: MIT

/** Binary units, the largest first. */
const units = [
  ['TiB', 2 ** 40],
  ['GiB', 2 ** 30],
  ['MiB', 2 ** 20],
  ['KiB', 2 ** 10],
] as const;

/**
 * Returns bytes in the largest binary unit that leaves no rest, exact: `64 KiB`, `16 MiB`, `8336 B`. For whatever is
 * evidence, a limit, or the size of a device.
 */
export function formatBytes(bytes: number): string {
  const unit = units.find(([, size]) => bytes !== 0 && bytes % size === 0);
  return unit === undefined ? `${bytes} B` : `${bytes / unit[1]} ${unit[0]}`;
}

/** Returns bytes rounded to three digits: `349 MiB`, `1.4 GiB`. For disks, files and memory that a person looks at. */
export function roundBytes(bytes: number): string {
  // What would be rounded to 1024 is 1 of the next unit.
  const unit = units.find(([, size]) => Math.abs(bytes) >= size - size / 2048);
  if (unit === undefined) return `${bytes} B`;
  const value = bytes / unit[1];
  const rounded = value.toFixed(Math.abs(value) < 9.95 ? 1 : 0).replace(/\.0$/, '');
  return `${rounded} ${unit[0]}`;
}
