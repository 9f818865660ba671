// SPDX-License-Identifier: MIT
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {asFileName} from '../../src/base/file-name.ts';

testProp('any name is the name of one file', [fc.string({unit: 'binary', maxLength: 400})], (t, name) => {
  const file = asFileName(name);
  t.regex(file, /^[A-Za-z0-9_+@=,-][A-Za-z0-9._+@=,-]*$/);
  t.true(file.length <= 64);
});

test('usual names stay; long ones stay apart', (t) => {
  t.is(asFileName('baseline+my-series'), 'baseline+my-series');
  t.is(asFileName('iommu/vtd-strict'), 'iommu.vtd-strict');
  t.is(asFileName('linux@feature/dma'), 'linux@feature.dma');
  t.not(asFileName(`${'a'.repeat(300)}1`), asFileName(`${'a'.repeat(300)}2`));
});
