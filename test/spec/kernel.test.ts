// SPDX-License-Identifier: MIT
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {readKernel} from '../../src/spec/kernel.ts';
import {parseSpec} from '../../src/spec/yaml.ts';
import {kernelSchema} from '../../src/spec/kernel.ts';
import {wrong} from './wrong.ts';

const source = (text: string) =>
  parseSpec(`description: x\nsource: ${text}`, 'x.yaml', kernelSchema).value.source;
const problems = (text: string) => wrong(() => source(text));

test('a source is one of four', (t) => {
  t.deepEqual(source('{package: linux-source-6.12}'), {kind: 'package', name: 'linux-source-6.12'});
  t.deepEqual(source('{package: linux-source-7.2, suite: sid}'), {
    kind: 'package',
    name: 'linux-source-7.2',
    suite: 'sid',
  });
  t.deepEqual(source('{tarball: l.tar.xz}'), {kind: 'tarball', path: 'l.tar.xz'});
  t.deepEqual(source('{tree: ../linux}'), {kind: 'tree', path: '../linux'});
  t.deepEqual(source('{git: ../linux, revision: v6.12}'), {kind: 'git', path: '../linux', revision: 'v6.12'});
});

const cases: readonly [string, string, readonly string[]][] = [
  ['no source', '{}', ['x.yaml:2:1: name one of package, tarball, tree, git']],
  ['two sources', '{tree: a, tarball: b}', ['x.yaml:2:10: a kernel has one source: drop all but one']],
  ['git without a revision', '{git: a}', ['x.yaml:2:10: "git" needs a "revision"']],
  ['a revision without git', '{tree: a, revision: v6.12}', ['x.yaml:2:19: "revision" goes with "git"']],
  [
    'a revision that is an option',
    '{git: a, revision: --exec=x}',
    ['x.yaml:2:28: revision: not a revision of git'],
  ],
  ['a package that is a path', '{package: ../x}', ['x.yaml:2:19: package: not a name of a Debian package']],
  ['a suite of no package', '{tree: a, suite: sid}', ['x.yaml:2:19: "suite" goes with "package"']],
  [
    'a suite that is an option',
    '{package: linux, suite: "-x"}',
    ['x.yaml:2:33: suite: not a suite of Debian: sid, trixie-backports, …'],
  ],
  ['an unknown kind', '{tarbal: x}', ['x.yaml:2:10: unknown key "tarbal"', 'did you mean "tarball"?']],
];

for (const [what, text, expected] of cases) {
  test(`refused: ${what}`, (t) => {
    t.deepEqual(problems(text), expected);
  });
}

function lab(t: {teardown(fn: () => void): void}, text: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'p2plab-kernel-'));
  t.teardown(() => {
    rmSync(folder, {recursive: true, force: true});
  });
  mkdirSync(path.join(folder, 'kernels'));
  mkdirSync(path.join(folder, 'patches/switch'), {recursive: true});
  const file = path.join(folder, 'kernels/k.yaml');
  writeFileSync(file, text);
  return file;
}

test("paths count from the file's folder", (t) => {
  const file = lab(
    t,
    [
      'description: x\nsource: {tree: ../linux}\nseries: [../patches/switch]',
      'features: [block-under-ops]\nmodules: [p2pdma_switch]\n',
    ].join('\n'),
  );
  const folder = path.dirname(path.dirname(file));
  t.deepEqual(readKernel(file).value, {
    description: 'x',
    source: {kind: 'tree', path: path.join(folder, 'linux')},
    config: [],
    series: [path.join(folder, 'patches/switch')],
    features: ['block-under-ops'],
    missing: [],
    architectures: ['x86_64', 'aarch64'],
    modules: ['p2pdma_switch'],
    costs: {},
  });
});

test('a repository elsewhere keeps its address', (t) => {
  const file = lab(
    t,
    'description: x\nsource: {git: "https://git.example.org/linux.git", revision: v6.12}\n',
  );
  t.like(readKernel(file).value.source, {path: 'https://git.example.org/linux.git'});
});

test('a series that is not there', (t) => {
  const file = lab(
    t,
    'description: x\nsource: {tree: x}\nseries:\n  - ../patches/switch\n  - ../patches/swich\n',
  );
  t.deepEqual(
    wrong(() => readKernel(file)).map((line) => line.replace(/^.*k\.yaml/, 'k.yaml')),
    ['k.yaml:5:5: there is no series ../patches/swich', 'paths count from the folder of this file'],
  );
});

test('a feature that no kernel has, and a module that the lab does not have', (t) => {
  const file = lab(
    t,
    'description: x\nsource: {tree: x}\nfeatures: [map-page, map-pages]\nmodules: [p2pdma_switch]\n',
  );
  t.deepEqual(
    wrong(() => readKernel(file)).map((line) => line.replace(/^.*k\.yaml/, 'k.yaml')),
    ['k.yaml:3:22: features: "map-pages"', 'did you mean "map-page"?'],
  );
  const other = lab(t, 'description: x\nsource: {tree: x}\nmodules: [p2plab, p2pdma_swich]\n');
  t.deepEqual(
    wrong(() => readKernel(other)).map((line) => line.replace(/^.*k\.yaml/, 'k.yaml')),
    ['k.yaml:3:19: the lab has no module "p2pdma_swich"', 'did you mean "p2pdma_switch"?'],
  );
});

test('what an operation may cost is declared by scenario', (t) => {
  const read = (costs: string) =>
    parseSpec(`description: x\nsource: {tree: x}\ncosts: ${costs}`, 'x.yaml', kernelSchema).value.costs;
  t.deepEqual(read('{map-cost/below-provider: {map-page: 10}}'), {
    'map-cost/below-provider': {'map-page': 10},
  });
  t.true(wrong(() => read('{map-cost/below-provider: {map-page: -1}}')).length > 0);
  t.true(wrong(() => read('{map-cost/below-provider: 10}')).length > 0);
});
