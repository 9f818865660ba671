// SPDX-License-Identifier: MIT
import {temporary} from '../base/temporary-cache.ts';
import {mkdirSync, readdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {moduleDirectories, selectKernel} from '../../src/runner/select-kernel.ts';
import {gitSource} from '../../src/spec/kernel-source.ts';

const made = (name: string, content = ''): string => {
  const file = path.join(temporary, name);
  mkdirSync(path.dirname(file), {recursive: true});
  writeFileSync(file, content);
  return file;
};

test('a work tree, a revision and a kernel of the lab are all kernels', (t) => {
  made('linux/Kbuild');
  const tree = path.join(temporary, 'linux');
  t.like(selectKernel(tree), {name: tree, source: {kind: 'tree', path: tree}, features: []});
  t.like(selectKernel(`git:${tree}@v6.12`), {
    name: `git:${tree}@v6.12`,
    source: {kind: 'git', path: tree, revision: 'v6.12'},
  });
  t.like(selectKernel(`git:${tree}`), {source: {kind: 'git', revision: 'HEAD'}});
  t.like(selectKernel('switch'), {name: 'switch', config: ['switch']});
  t.throws(() => selectKernel('none'), {message: /none/});
});

test('what names no revision is told, and a range is for bisect', (t) => {
  t.like(gitSource('git:https://me@host/linux.git@v6.12').source, {
    path: 'https://me@host/linux.git',
    revision: 'v6.12',
  });
  t.like(gitSource('git:~/linux@v1').source, {path: path.join(process.env['HOME'] ?? '', 'linux')});
  t.throws(() => gitSource('git:'), {message: /names no revision/});
  t.throws(() => gitSource('git:/linux@-x'), {message: /names no revision/});
  const range = t.throws(() => gitSource('git:/linux@v1..v2'));
  t.like(range, {hint: 'bisect searches a range, with --good and --bad'});
});

test('a series says on which commit of a repository it is applied, where no revision is given', (t) => {
  const base = 'b'.repeat(40);
  const series = made('mine.mbox', `Subject: x\n\nbase-commit: ${base}\n--- a/a.c\n`);
  t.like(selectKernel('git:/linux', {series: [series]}).source, {revision: base});
  t.like(selectKernel('git:/linux@v1', {series: [series]}).source, {revision: 'v1'});
});

test('fragments and modules come on top, by name or by path', (t) => {
  const fragment = made('mine.config', 'CONFIG_PCI_DEBUG=y\n');
  const kernel = selectKernel('baseline', {config: ['debug', fragment]});
  t.deepEqual(kernel.config, ['debug', fragment]);
  t.is(kernel.name, `baseline+debug+${fragment.replace('.config', '')}`);
  t.throws(() => selectKernel('baseline', {config: ['none']}), {message: /there is no config fragment none/});
  const own = path.dirname(made('own/Kbuild', 'obj-m += my-module.o\n'));
  const lab = path.dirname(made('copy/Kbuild', 'obj-m := p2plab.o\n'));
  t.deepEqual(moduleDirectories([own, lab]), {my_module: own, p2plab: lab});
  t.deepEqual(
    selectKernel('baseline', {modules: [own, lab]}).modules,
    ['my_module'],
    'the lab loads its own',
  );
  t.is(selectKernel('switch', {modules: [own]}).name, `switch+${own}`, 'another history than that of switch');
  t.throws(() => moduleDirectories([temporary]), {message: /is no module/});
});

test.serial('names are names: nothing in the working directory takes the place of one', (t) => {
  const before = process.cwd();
  process.chdir(temporary);
  t.teardown(() => {
    process.chdir(before);
  });
  for (const name of ['baseline', 'switch', 'own-tree']) made(`${name}/Kbuild`);
  made('debug', 'CONFIG_X=y\n');
  made('own-fragment', 'CONFIG_X=y\n');
  t.like(selectKernel('baseline'), {name: 'baseline', source: {kind: 'package'}});
  t.like(selectKernel('switch'), {name: 'switch', config: ['switch']});
  t.like(selectKernel('./switch').source, {kind: 'tree', path: path.join(temporary, 'switch')});
  t.like(selectKernel('switch/').source, {kind: 'tree', path: path.join(temporary, 'switch')});
  t.like(selectKernel('.').source, {kind: 'tree', path: temporary});
  t.deepEqual(selectKernel('baseline', {config: ['debug']}).config, ['debug']);
  const hint = (act: () => unknown) => (t.throws(act) as {hint?: string}).hint;
  t.is(
    hint(() => selectKernel('own-tree')),
    'to use the file, write ./own-tree',
  );
  t.is(
    hint(() => selectKernel('baseline', {config: ['own-fragment']})),
    'to use the file, write ./own-fragment',
  );
  t.is(
    selectKernel('baseline', {config: ['./own-fragment']}).name,
    `baseline+${path.join(temporary, 'own-fragment')}`,
  );
});

test('two kernels are never one: trees, revisions, series and fragments of one base name', (t) => {
  const names = ['a', 'b'].flatMap((place) => {
    const series = made(`${place}/fix.patch`, 'x');
    made(`${place}/linux/Kbuild`);
    return [
      selectKernel(path.join(temporary, place, 'linux')),
      selectKernel(`git:${temporary}/${place}/linux@v1`),
      selectKernel(`git:${temporary}/${place}/linux.git@a-branch-with-a-long-name-1`),
      selectKernel(`git:${temporary}/${place}/linux.git@a-branch-with-a-long-name-2`),
      selectKernel('baseline', {series: [series]}),
      selectKernel('baseline', {config: [made(`${place}/fix.config`)]}),
    ].map(({name}) => name);
  });
  // A patch and a fragment of one name in one folder are the user's own joke.
  t.is(new Set(names).size, names.length - 2);
});

test("each of the lab's own modules is one", (t) => {
  const modules = path.join(labRoot, 'images/modules');
  const folders = readdirSync(modules).map((name) => path.join(modules, name));
  t.deepEqual(Object.values(moduleDirectories(folders)), folders);
  t.deepEqual(Object.keys(moduleDirectories(folders)), readdirSync(modules));
});
