// SPDX-License-Identifier: MIT
import path from 'node:path';
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {fileNameOf, identityOf, meantBy, shortName, shortNames} from '../../src/spec/identity.ts';

test('what lies in the lab is named from there, all else by its whole path', (t) => {
  t.is(identityOf(path.join(labRoot, 'lab/mutants/x')), './lab/mutants/x');
  t.is(identityOf('/home/me/linux/'), '/home/me/linux');
  t.is(identityOf(labRoot), labRoot);
});

const shown = (...names: string[]) => {
  const short = shortNames(names);
  return names.map((name) => short(name));
};

test('alone a name is short', (t) => {
  t.deepEqual(shown('baseline'), ['baseline']);
  t.deepEqual(shown('pairs/switch'), ['pairs/switch']);
  t.deepEqual(shown('/home/me/linux'), ['linux']);
  t.deepEqual(shown('git:/home/me/linux@v6.12'), ['linux@v6.12']);
  t.deepEqual(shown('git:/home/me/linux@mine/topic'), ['linux@mine/topic']);
  t.deepEqual(shown(`git:https://host/linux@${'0123456789'.repeat(4)}`), ['linux@012345678901']);
  t.deepEqual(shown('baseline+./lab/mutants/x+debug+/home/me/fix'), ['baseline+x+debug+fix']);
});

test('beside each other names have as many folders as it takes', (t) => {
  t.deepEqual(shown('/a/linux', '/b/linux', '/b/other'), ['a/linux', 'b/linux', 'other']);
  t.deepEqual(shown('/a/src/linux', '/b/src/linux'), ['a/src/linux', 'b/src/linux']);
  t.deepEqual(shown('baseline', '/a/baseline'), ['baseline', 'a/baseline']);
  t.deepEqual(shown('baseline+/a/fix', 'baseline+/b/fix'), ['baseline+a/fix', 'baseline+b/fix']);
  t.deepEqual(shown('git:/a/linux@v1', 'git:/b/linux@v1', 'git:/b/linux@v2'), [
    'a/linux@v1',
    'b/linux@v1',
    'linux@v2',
  ]);
  t.is(new Set(shown('/linux', '/a/linux', './linux', './a/linux', 'linux')).size, 5);
});

test('a word means the name, a path, or the end of one', (t) => {
  const known = ['linux', '/a/linux', '/b/linux', '/b/other', 'git:/a/linux@v1'];
  t.deepEqual(meantBy('linux', known), ['linux']);
  t.deepEqual(meantBy('a/linux', known), ['/a/linux']);
  t.deepEqual(meantBy('/b/linux', known), ['/b/linux']);
  t.deepEqual(meantBy('other', known), ['/b/other']);
  t.deepEqual(meantBy('linux@v1', known), ['git:/a/linux@v1']);
  t.deepEqual(meantBy('none', known), []);
});

test("a name is one part of a file's name", (t) => {
  t.is(fileNameOf('pairs/switch'), 'pairs.switch');
  t.is(fileNameOf('git:/a/linux@mine/topic'), 'linux@mine.topic');
  t.true(fileNameOf(`/a/${'x'.repeat(300)}`).length <= 80);
  t.is(shortName('/a/b'), 'b');
});
