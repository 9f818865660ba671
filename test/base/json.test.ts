// SPDX-License-Identifier: MIT
import {fc, testProp} from '@fast-check/ava';
import {jsonText} from '../../src/base/json.ts';

const text = fc.string({
  unit: fc
    .oneof(fc.nat({max: 0xffff}), fc.constantFrom(0x1b, 0x9b, 0x202e, 0xe0001))
    .map((code) => String.fromCodePoint(code)),
});

testProp(
  'it means the same, and holds nothing that a terminal obeys',
  [fc.dictionary(text, text)],
  (t, value) => {
    const written = jsonText(value, 2);
    t.deepEqual(JSON.parse(written), JSON.parse(JSON.stringify(value)));
    t.notRegex(written, /[^\n\P{Cc}]|\p{Cf}/u);
  },
);
