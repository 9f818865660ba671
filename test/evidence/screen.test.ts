// SPDX-License-Identifier: MIT
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {PNG} from 'pngjs';
import {comparePicture} from '../../src/evidence/screen.ts';
import {testPicture} from '../../src/steps/picture.ts';

/** What a screendump shows of pixels that are blue first. */
function screendump(pixels: Buffer, width: number, height: number): Buffer {
  const png = new PNG({width, height});
  for (let at = 0; at < pixels.length; at += 4) {
    png.data.set([pixels[at + 2] ?? 0, pixels[at + 1] ?? 0, pixels[at] ?? 0, 255], at);
  }
  return PNG.sync.write(png);
}

const width = 40;
const height = 30;
const picture = testPicture(width, height);

test('the picture itself is no difference', (t) => {
  t.is(comparePicture(screendump(picture, width, height), picture, width, height), undefined);
});

testProp(
  'one wrong colour of one pixel is seen, and where',
  [fc.nat(width * height - 1), fc.nat(2), fc.integer({min: 1, max: 255})],
  (t, pixel, colour, change) => {
    const wrong = Buffer.from(picture);
    wrong[pixel * 4 + colour] = (wrong[pixel * 4 + colour] ?? 0) ^ change;
    t.is(
      comparePicture(screendump(wrong, width, height), picture, width, height),
      `1 of 1200 pixels are wrong, the first at (${pixel % width}, ${Math.floor(pixel / width)}).`,
    );
  },
);

test('another size is a difference', (t) => {
  t.is(
    comparePicture(screendump(picture, height, width), picture, width, height),
    'the screen has 30x40 pixels, not 40x30.',
  );
});

test('a picture that is shifted, or whose colours are swapped, is another', (t) => {
  for (const shift of [4, 8, 64, 4 * width]) {
    const moved = Buffer.concat([picture.subarray(shift), picture.subarray(0, shift)]);
    const words = comparePicture(screendump(moved, width, height), picture, width, height) ?? '';
    const wrong = Number(/^(\d+) of/.exec(words)?.[1] ?? 0);
    t.true(wrong > (width * height) / 2, `${shift}: ${words}`);
  }
});
