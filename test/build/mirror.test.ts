// SPDX-License-Identifier: MIT
import {existsSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {readTimes, readTree, writeTree} from './fake-linux.ts';
import {mirror} from '../../src/build/mirror.ts';

test('what is the same keeps its time, what has changed has now, what is gone goes, what make made stays', async (t) => {
  const from = writeTree({Kbuild: 'obj-m := a.o\n', 'a.c': 'int a;\n', 'sub/b.c': 'int b;\n', 'c.c': ''});
  const to = path.join(writeTree({}), 'copy');
  await mirror(from, to);
  t.deepEqual(readTree(to), readTree(from));
  writeFileSync(path.join(to, 'a.o'), 'made');
  const before = readTimes(to);
  writeFileSync(path.join(from, 'sub/b.c'), 'int other;\n');
  rmSync(path.join(from, 'c.c'));
  await mirror(from, to);
  t.deepEqual(readTree(to), {...readTree(from), 'a.o': 'made'});
  const after = readTimes(to);
  t.deepEqual([after['a.c'], after['Kbuild']], [before['a.c'], before['Kbuild']]);
  t.not(after['sub/b.c'], before['sub/b.c']);
});

test('what a killed lab has copied is known to the next', async (t) => {
  const from = writeTree({'a.c': 'int a;\n', 'b.c': 'int b;\n'});
  const to = path.join(writeTree({}), 'copy');
  await mirror(from, to);
  // As if it had been killed before the list was written anew.
  writeFileSync(`${to}.files`, 'a.c\nb.c\nnever.c');
  rmSync(path.join(from, 'b.c'));
  await mirror(from, to);
  t.false(existsSync(path.join(to, 'b.c')));
});
