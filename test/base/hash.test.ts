// SPDX-License-Identifier: MIT
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {contentKey, type Json} from '../../src/base/hash.ts';

const plainData = fc.jsonValue().map((value) => value as Json);

function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value as Record<string, Json>).toReversed();
  return Object.fromEntries(entries.map(([key, item]) => [key, reversed(item)]));
}

testProp('a key does not depend on the order of keys', [plainData], (t, value) => {
  t.is(contentKey(reversed(value)), contentKey(value));
});

test('a key depends on values, their order in lists and their types', (t) => {
  const values: Json[] = [{a: 1}, {a: '1'}, {a: [1]}, [1, 2], [2, 1], null, 'null', {}, []];
  t.is(new Set(values.map(contentKey)).size, values.length);
});
