// SPDX-License-Identifier: MIT
import {globSync, readFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {labRoot} from '../src/base/paths.ts';
import {rooms} from '../src/rooms.js';
import {forbiddenImports, importCycles} from './imports.ts';

const root = path.join(labRoot, 'src');
const sources = new Map(
  globSync('**/*.{ts,js,cjs}', {cwd: root}).map((file) => [
    file,
    readFileSync(path.join(root, file), 'utf8'),
  ]),
);

test('rooms import only from the rooms that src/rooms.js allows', (t) => {
  t.deepEqual(forbiddenImports(sources, rooms), []);
});

test('no file imports itself, not by way of others nor for a type', (t) => {
  t.deepEqual(importCycles(sources), []);
});

test('the rooms themselves are in order: none imports a room that may import it', (t) => {
  const order = Object.keys(rooms);
  for (const [room, allowed] of Object.entries(rooms))
    for (const below of allowed) t.true(order.indexOf(below) < order.indexOf(room), `${below} in ${room}`);
});

const allowed = {base: [], verdict: ['base']};
const madeUp = (text: string, file = 'base/a.ts') =>
  new Map([
    [file, text],
    ['verdict/judge.ts', "import {a} from '../base/a.ts';"],
  ]);

for (const [kind, text] of Object.entries({
  'an import': "import {judge} from '../verdict/judge.ts';",
  'an import of a type': "import type {Verdict} from '../verdict/judge.ts';",
  'a re-export': "export * from '../verdict/judge.ts';",
  'a dynamic import': "const {judge} = await import('../verdict/judge.ts');",
  'an import type': "type Judge = typeof import('../verdict/judge.ts').judge;",
  'a require': "const {judge} = require('../verdict/judge.ts');",
})) {
  test(`${kind} of a room above is found`, (t) => {
    t.deepEqual(forbiddenImports(madeUp(text), allowed), [
      'base/a.ts imports verdict/judge.ts: add verdict to base in src/rooms.js, or do without',
    ]);
  });
  test(`${kind} that closes a cycle is found`, (t) => {
    t.deepEqual(importCycles(madeUp(text)), [['base/a.ts', 'verdict/judge.ts']]);
  });
}

test('a room that is not in the list is found', (t) => {
  t.deepEqual(forbiddenImports(madeUp('', 'attic/a.ts'), allowed), ['attic is missing in src/rooms.js']);
});
