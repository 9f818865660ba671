// SPDX-License-Identifier: MIT
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {readFragments} from '../../src/build/config.ts';
import {listVariants} from '../../src/spec/catalog.ts';
import {variantSchema, readVariant} from '../../src/spec/variant.ts';
import {parseSpec} from '../../src/spec/yaml.ts';
import {wrong} from './wrong.ts';

const variant = (text: string) => parseSpec(`description: x\n${text}`, 'x.yaml', variantSchema).value;

test('a variant adds nothing that it does not name', (t) => {
  t.deepEqual(variant(''), {
    description: 'x',
    config: [],
    series: [],
    commandLine: [],
    timeoutScale: 1,
    countInstructions: false,
  });
  t.deepEqual(variant('command-line: [swiotlb=force, panic_on_warn=1]').commandLine, [
    'swiotlb=force',
    'panic_on_warn=1',
  ]);
});

test('a variant may count instructions', (t) => {
  t.true(variant('count-instructions: true').countInstructions);
});

test('refused: two words where one belongs', (t) => {
  t.deepEqual(
    wrong(() => variant('command-line: ["a b"]')),
    ['x.yaml:2:16: command-line: one word for the kernel, without blanks or quotes'],
  );
});

test('a series that is not there', (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'p2plab-variant-'));
  t.teardown(() => {
    rmSync(folder, {recursive: true, force: true});
  });
  mkdirSync(path.join(folder, 'variants'));
  const file = path.join(folder, 'variants/l.yaml');
  writeFileSync(file, 'description: x\nseries: [../patches/debg]\n');
  t.deepEqual(
    wrong(() => readVariant(file)).map((line) => line.replace(/^.*l\.yaml/, 'l.yaml')),
    ['l.yaml:2:10: there is no series ../patches/debg', 'paths count from the folder of this file'],
  );
});

test('every variant of the lab reads, with its fragments', async (t) => {
  const variants = listVariants(labRoot);
  t.true(variants.some(({name}) => name === 'plain'));
  for (const {name, file} of variants) {
    await t.notThrowsAsync(readFragments(readVariant(file).value.config), name);
  }
});
