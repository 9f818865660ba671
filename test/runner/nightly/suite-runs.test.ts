// SPDX-License-Identifier: MIT
import test from 'ava';
import {suiteRuns} from '../../../src/runner/nightly/suite-runs.ts';
import type {Entry} from '../../../src/spec/catalog.ts';
import type {SuiteSpec} from '../../../src/spec/suite.ts';

const all: readonly Entry[] = ['a', 'b', 'c/d'].map((name) => ({name, file: `/${name}.yaml`}));
const find = (patterns: readonly string[]): readonly Entry[] =>
  all.filter(({name}) => patterns.includes('**') || patterns.includes(name));
const spec: SuiteSpec = {
  description: 'any',
  kernels: ['one', 'two'],
  variants: ['plain', 'debug'],
  variantScenarios: {},
  scenarios: ['**'],
  exclude: [],
  retries: 1,
};
const ids = (exclude: SuiteSpec['exclude']): readonly string[] =>
  suiteRuns({...spec, exclude}, find).map(({id}) => id);

test('a suite is every kernel with every variant, those of one together', (t) => {
  t.is(ids([]).length, 12);
  t.deepEqual(ids([]).slice(0, 4), ['one/plain/a', 'one/plain/b', 'one/plain/c/d', 'one/debug/a']);
  t.is(new Set(ids([])).size, 12);
});

test('what is left out has all that an exclusion names', (t) => {
  t.is(ids([{kernel: 'two'}]).length, 6);
  t.is(ids([{variant: 'debug', kernel: 'two'}]).length, 9);
  t.is(ids([{scenario: 'a'}]).length, 8);
  t.is(ids([{scenario: 'a', kernel: 'one', variant: 'plain'}]).length, 11);
  t.is(ids([{kernel: 'one'}, {kernel: 'two'}]).length, 0);
});

test('a variant may have scenarios of its own', (t) => {
  const runs = suiteRuns({...spec, kernels: ['one'], variantScenarios: {debug: ['c/d']}}, find);
  t.deepEqual(
    runs.map(({id}) => id),
    ['one/plain/a', 'one/plain/b', 'one/plain/c/d', 'one/debug/c/d'],
  );
});
