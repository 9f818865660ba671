// SPDX-License-Identifier: MIT
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {readFragments} from '../../src/build/config.ts';
import {listLanes} from '../../src/spec/catalog.ts';
import {laneSchema, readLane} from '../../src/spec/lane.ts';
import {parseSpec} from '../../src/spec/yaml.ts';
import {wrong} from './wrong.ts';

const lane = (text: string) => parseSpec(`description: x\n${text}`, 'x.yaml', laneSchema).value;

test('a lane adds nothing that it does not name', (t) => {
  t.deepEqual(lane(''), {
    description: 'x',
    config: [],
    series: [],
    commandLine: [],
    slower: 1,
    countInstructions: false,
  });
  t.deepEqual(lane('command-line: [swiotlb=force, panic_on_warn=1]').commandLine, [
    'swiotlb=force',
    'panic_on_warn=1',
  ]);
});

test('a lane may count instructions', (t) => {
  t.true(lane('count-instructions: true').countInstructions);
});

test('refused: two words where one belongs', (t) => {
  t.deepEqual(
    wrong(() => lane('command-line: ["a b"]')),
    ['x.yaml:2:16: command-line: one word for the kernel, without blanks or quotes'],
  );
});

test('a series that is not there', (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'p2plab-lane-'));
  t.teardown(() => {
    rmSync(folder, {recursive: true, force: true});
  });
  mkdirSync(path.join(folder, 'lanes'));
  const file = path.join(folder, 'lanes/l.yaml');
  writeFileSync(file, 'description: x\nseries: [../patches/debg]\n');
  t.deepEqual(
    wrong(() => readLane(file)).map((line) => line.replace(/^.*l\.yaml/, 'l.yaml')),
    ['l.yaml:2:10: there is no series ../patches/debg', 'paths count from the folder of this file'],
  );
});

test('every lane of the lab reads, with its fragments', async (t) => {
  const lanes = listLanes(labRoot);
  t.true(lanes.some(({name}) => name === 'plain'));
  for (const {name, file} of lanes) {
    await t.notThrowsAsync(readFragments(readLane(file).value.config), name);
  }
});
