// SPDX-License-Identifier: MIT
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {paths, spell, unspell} from '../../src/dashboard/links.ts';
import {makerOf} from '../../src/dashboard/routes.ts';

testProp('a name in a path is read again, whatever it holds', [fc.string({unit: 'grapheme'})], (t, name) => {
  const spelt = spell(name.toWellFormed());
  t.regex(spelt, /^[A-Za-z0-9_-]*$/);
  t.is(unspell(spelt), name.toWellFormed());
});

testProp('what spell never writes is no name', [fc.string()], (t, text) => {
  const name = unspell(text);
  if (name !== undefined) t.is(spell(name), text);
  else t.pass();
});

test('every path that is written is a page', (t) => {
  for (const file of [
    paths.nightlyRun(3),
    paths.case(12),
    paths.run(4_000_000),
    paths.failure('0123456789ab'),
    paths.compare('switch', 'switch+my..series/..'),
    'index.html',
  ])
    t.truthy(makerOf(file), file);
});

test('nothing else is', (t) => {
  for (const file of [
    ...['', 'none.html', 'run/0.html', 'run/-1.html', 'run/1e3.html', 'run/99999999999.html', 'run/1.html/x'],
    ...['../index.html', 'run/../index.html', 'constructor.html', '__proto__/1.html', 'failure/xyz.html'],
    ...['compare/a.html', 'compare/a..b..c.html', 'compare/a%2e%2e..b.html', 'toString/1.html'],
  ])
    t.is(makerOf(file), undefined, file);
});
