// SPDX-License-Identifier: MIT
import {fc, testProp} from '@fast-check/ava';
import {testPicture} from '../../src/steps/picture.ts';

const extent = fc.integer({min: 16, max: 120});

testProp('hardly a pixel looks like its neighbours', [extent, extent], (t, width, height) => {
  const data = testPicture(width, height);
  t.is(data.length, width * height * 4);
  let alike = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4;
      if (x + 1 < width && data.readUInt32LE(at) === data.readUInt32LE(at + 4)) alike++;
      if (y + 1 < height && data.readUInt32LE(at) === data.readUInt32LE(at + width * 4)) alike++;
    }
  }
  t.is(alike, 0);
});
