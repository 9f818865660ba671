// SPDX-License-Identifier: MIT
import {globSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {execa} from 'execa';
import {labRoot} from '../src/base/paths.ts';
import {chosenPhases, phases} from './phases.ts';

const names = (given: readonly string[]): readonly string[] => chosenPhases(given).map(({name}) => name);

test('every test file is in exactly one phase', (t) => {
  const isIn = (file: string, patterns: readonly string[]): boolean =>
    patterns.some((pattern) => !pattern.startsWith('!') && path.matchesGlob(file, pattern)) &&
    !patterns.some((pattern) => pattern.startsWith('!') && path.matchesGlob(file, pattern.slice(1)));
  for (const file of globSync('test/**/*.test.ts', {cwd: labRoot})) {
    const found = phases.filter(({files}) => isIn(file, files)).map(({name}) => name);
    t.is(found.length, 1, `${file}: ${found.join(', ')}`);
  }
});

test('phases run in their order, all but the nightly one if none is named', (t) => {
  t.deepEqual(names([]), ['units', 'slow', 'cli', 'guests']);
  t.deepEqual(names(['guests', 'units']), ['units', 'guests']);
});

test('an unknown phase runs nothing', async (t) => {
  const runner = path.join(import.meta.dirname, 'run.ts');
  const {exitCode, stdout, stderr} = await execa(process.execPath, [runner, 'unit'], {reject: false});
  t.deepEqual([exitCode, stdout], [2, '']);
  t.is(stderr, 'test/run.ts: no phase "unit": take units, slow, cli, guests, nightly');
});
