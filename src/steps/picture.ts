// SPDX-License-Identifier: MIT

/** A glyph is five columns by seven rows; a letter a row, a bit a column. */
const glyphs: Readonly<Record<string, readonly number[]>> = {
  P: [0b11110, 0b10001, 0b10001, 0b11110, 0b10000, 0b10000, 0b10000],
  '2': [0b01110, 0b10001, 0b00001, 0b00110, 0b01000, 0b10000, 0b11111],
  L: [0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b11111],
  A: [0b01110, 0b10001, 0b10001, 0b11111, 0b10001, 0b10001, 0b10001],
  B: [0b11110, 0b10001, 0b10001, 0b11110, 0b10001, 0b10001, 0b11110],
};

const word = 'P2PLAB';

/**
 * A test card in which every pixel differs from its neighbours in both directions, so that a picture that is
 * shifted, swapped or torn shows: a gradient, with the lab's name over it.
 * @returns 32-bit pixels, blue first, as bochs-display scans them out
 */
export function testPicture(width: number, height: number): Buffer {
  const data = Buffer.alloc(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const lit = isLit(x, y, width, height);
      const red = lit ? 255 - (x & 15) : (x * 255) / width;
      const green = lit ? 255 - (y & 15) : 40 + ((x ^ y) & 31);
      const blue = lit ? 200 + ((x + y) & 15) : 60 + (y * 180) / height;
      data.set([Math.floor(blue), Math.floor(green), Math.floor(red), 0], (y * width + x) * 4);
    }
  }
  return data;
}

/** Whether the word's letters cover a pixel; the word fills three quarters of the width. */
function isLit(x: number, y: number, width: number, height: number): boolean {
  const scale = Math.max(1, Math.floor((width * 0.75) / (word.length * 6)));
  const column = Math.floor((x - (width - word.length * 6 * scale) / 2) / scale);
  const row = Math.floor((y - (height - 7 * scale) / 2) / scale);
  if (column < 0 || row < 0 || row >= 7 || column % 6 === 5) return false;
  const bits = glyphs[word[Math.floor(column / 6)] ?? '']?.[row] ?? 0;
  return ((bits >> (4 - (column % 6))) & 1) === 1;
}
