// SPDX-License-Identifier: MIT
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {z} from 'zod';
import {UsageError} from '../../src/base/errors.ts';
import {parseSpec, readSpec} from '../../src/spec/yaml.ts';
import {wrong} from './wrong.ts';

const schema = z.strictObject({
  name: z.string(),
  count: z.int().min(1).max(9).default(1),
  kind: z.enum(['plain', 'kasan']).optional(),
  parts: z.array(z.strictObject({type: z.string(), length: z.int().optional()})).default([]),
});

const problems = (text: string) => wrong(() => parseSpec(text, 'x.yaml', schema));

test('a good file comes out as a frozen value', (t) => {
  const {value} = parseSpec('name: a\nparts:\n  - {type: b}\n', 'x.yaml', schema);
  t.deepEqual(value, {name: 'a', count: 1, parts: [{type: 'b'}]});
  t.true(Object.isFrozen(value) && Object.isFrozen(value.parts) && Object.isFrozen(value.parts[0]));
});

const cases: readonly [string, string, readonly string[]][] = [
  [
    'an unknown key, with the one that was meant',
    'name: a\ncuont: 2',
    ['x.yaml:2:1: unknown key "cuont"', 'did you mean "count"?'],
  ],
  [
    'an unknown key that is like no other',
    'name: a\nxyzzy: 2',
    ['x.yaml:2:1: unknown key "xyzzy"', 'there are: name, count, kind, parts'],
  ],
  [
    'an unknown key further down',
    'name: a\nparts:\n  - type: b\n    lenght: 1',
    ['x.yaml:4:5: unknown key "lenght"', 'did you mean "length"?'],
  ],
  ['a value of a wrong type', 'name: [a]', ['x.yaml:1:7: expected a string, found a list']],
  [
    'a value of a wrong type further down',
    'name: a\nparts:\n  - type: b\n    length: long',
    ['x.yaml:4:13: expected a number, found "long"'],
  ],
  ['a broken number', 'name: a\ncount: 1.5', ['x.yaml:2:8: expected a whole number, found 1.5']],
  [
    'a number out of its range',
    'name: a\ncount: 10',
    ['x.yaml:2:8: count: Too big: expected number to be <=9'],
  ],
  [
    'a word that is not on the list',
    'name: a\nkind: kassan',
    ['x.yaml:2:7: kind: "kassan"', 'did you mean "kasan"?'],
  ],
  ['a missing key', 'count: 1', ['x.yaml:1:1: the key "name" is missing']],
  [
    'a missing key further down',
    'name: a\nparts:\n  - type: b\n  - length: 1',
    ['x.yaml:4:5: the key "type" is missing'],
  ],
  ['a key without a value', 'name:\n', ['x.yaml:1:6: expected a string, found nothing']],
  ['an empty file', '', ['x.yaml:1:1: expected a mapping, found nothing']],
  ['a list for a mapping', '- a', ['x.yaml:1:1: expected a mapping, found a list']],
  ['a key twice', 'name: a\nname: b', ['x.yaml:2:1: Map keys must be unique']],
  [
    'two documents',
    'name: a\n---\nname: b',
    ['x.yaml:2:1: Source contains multiple documents; please use YAML.parseAllDocuments()'],
  ],
  ['a tag that nobody knows', 'name: !js/function "x"', ['x.yaml:1:7: Unresolved tag: !js/function']],
  ['a tab for an indent', 'parts:\n\t- a', ['x.yaml:2:1: Tabs are not allowed as indentation']],
  [
    'several at once, in the order of the file',
    'parts: {}\ncount: two\nnmae: a',
    [
      'x.yaml:1:1: the key "name" is missing',
      'x.yaml:1:8: expected a list, found a mapping',
      'x.yaml:2:8: expected a number, found "two"',
      'x.yaml:3:1: unknown key "nmae": did you mean "name"?',
    ],
  ],
];

for (const [what, text, expected] of cases) {
  test(`located: ${what}`, (t) => {
    t.deepEqual(problems(text), expected);
  });
}

test('a problem inside of what an alias repeats is located where it is written', (t) => {
  t.deepEqual(problems('name: a\nparts:\n  - &p {type: 1}\n  - *p'), [
    'x.yaml:3:15: expected a string, found 1',
    'x.yaml:3:15: expected a string, found 1',
  ]);
});

test('aliases cannot make a small file a huge value', (t) => {
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
  for (const [previous, next] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg', 'gh']) {
    bomb.push(`${next}: &${next} [${Array.from({length: 10}, () => `*${previous}`).join(', ')}]`);
  }
  t.deepEqual(problems(bomb.join('\n')), [
    'x.yaml:1:1: Excessive alias count indicates a resource exhaustion attack',
    'write out what the aliases repeat',
  ]);
});

test('later checks locate their problems too', (t) => {
  const located = parseSpec('name: a\nparts:\n  - {type: b}\n', 'x.yaml', schema);
  const at = (...args: Parameters<typeof located.problem>) => {
    const {line, column} = located.problem(...args).location;
    return [line, column];
  };
  t.deepEqual(at(['parts', 0, 'type'], ''), [3, 12]);
  t.deepEqual(at(['parts', 0, 'type'], '', {part: 'key'}), [3, 6]);
  t.deepEqual(at(['parts', 0, 'length'], ''), [3, 5]);
  t.deepEqual(at(['parts', 7], ''), [2, 1]);
  t.deepEqual(at([], ''), [1, 1]);
});

test('a file that is not there, is a folder, or is far too long', (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'p2plab-yaml-'));
  t.teardown(() => {
    rmSync(folder, {recursive: true, force: true});
  });
  const long = path.join(folder, 'long.yaml');
  writeFileSync(long, '#'.repeat((1 << 20) + 1));
  t.throws(() => readSpec(path.join(folder, 'none.yaml'), schema), {
    instanceOf: UsageError,
    message: /^there is no file .*none\.yaml$/,
  });
  t.throws(() => readSpec(folder, schema), {instanceOf: UsageError, message: /^cannot read .*EISDIR/});
  t.throws(() => readSpec(long, schema), {instanceOf: UsageError, message: /1048577 bytes/});
});
