// SPDX-License-Identifier: MIT
import '../base/temporary-cache.ts';
import {appendFileSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {Journal, type JournalEntry, readJournal} from '../../src/results/journal.ts';

const entry: JournalEntry = {
  ...{run: 'baseline/plain/a', verdict: 'pass', reason: 'all of it', durationMs: 5, qemu: 'stock 10.0.2'},
  bundle: '/somewhere',
};

test.serial('a journal that was cut short is gone on with, less the half of a line', async (t) => {
  const first = await Journal.open('s', 'key', true);
  await first.add(entry);
  await first.close();
  appendFileSync(first.file, '{"run":"baseline/plain/b","verd');
  const second = await Journal.open('s', 'key', true);
  t.is(second.file, first.file);
  t.deepEqual(second.entries, [entry]);
  await second.add({...entry, run: 'baseline/plain/b'});
  await second.close();
  t.is(readFileSync(first.file, 'utf8').trim().split('\n').length, 3);
  const found = await readJournal(first.file);
  t.deepEqual(
    found?.entries.map(({run}) => run),
    ['baseline/plain/a', 'baseline/plain/b'],
  );
});

test.serial('a journal of which not even the head was written is none', async (t) => {
  const first = await Journal.open('headless', 'key', true);
  await first.close();
  writeFileSync(first.file, '{"suite":"hea');
  const second = await Journal.open('headless', 'key', true);
  await second.close();
  t.deepEqual(readdirSync(path.dirname(second.file)), [path.basename(second.file)]);
});

test.serial('other runs, an end or the wish for it make another journal', async (t) => {
  const first = await Journal.open('other', 'key', true);
  await first.add(entry);
  await first.close();
  const changed = await Journal.open('other', 'another key', true);
  t.not(changed.file, first.file);
  t.deepEqual(changed.entries, []);
  await changed.end();
  await changed.close();
  const next = await Journal.open('other', 'another key', true);
  t.deepEqual(next.entries, []);
  await next.add(entry);
  await next.close();
  const fresh = await Journal.open('other', 'another key', false);
  t.deepEqual(fresh.entries, []);
  await fresh.close();
});
