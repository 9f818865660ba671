// SPDX-License-Identifier: MIT
import {PNG} from 'pngjs';

/**
 * Compares a screendump with the pixels that must be on the screen.
 * @param png what QEMU's screendump wrote
 * @param pixels 32 bits each, blue first
 * @returns how they differ, in words; undefined if they are the same
 */
export function comparePicture(
  png: Buffer,
  pixels: Buffer,
  width: number,
  height: number,
): string | undefined {
  const screen = PNG.sync.read(png);
  if (screen.width !== width || screen.height !== height) {
    return `the screen has ${screen.width}x${screen.height} pixels, not ${width}x${height}.`;
  }
  let wrong = 0;
  let first = -1;
  for (let pixel = 0; pixel < width * height; pixel++) {
    const at = pixel * 4;
    const same =
      screen.data[at] === pixels[at + 2] &&
      screen.data[at + 1] === pixels[at + 1] &&
      screen.data[at + 2] === pixels[at];
    if (same) continue;
    wrong++;
    if (first === -1) first = pixel;
  }
  if (wrong === 0) return undefined;
  return `${wrong} of ${width * height} pixels are wrong, the first at (${first % width}, ${Math.floor(first / width)}).`;
}
