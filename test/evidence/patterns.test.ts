// SPDX-License-Identifier: MIT
import {globSync, readFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {illnessOf} from '../../src/evidence/crash/patterns.ts';
import {messagesOf} from '../../src/evidence/crash/messages.ts';
import {diagnoseLine} from '../../src/guest/vitals.ts';

const folders = ['reports', 'golden/consoles'].map((name) => path.join(import.meta.dirname, name));
const lines = folders.flatMap((folder) =>
  globSync('*.txt', {cwd: folder}).flatMap((name) =>
    messagesOf(readFileSync(path.join(folder, name), 'utf8')).map((line) => ({name, line})),
  ),
);

test('what ends a guest is a report of the same kind', (t) => {
  let ended = 0;
  for (const {name, line} of lines) {
    const illness = illnessOf(line);
    if (illness?.ends === undefined) continue;
    ended++;
    t.like(diagnoseLine(line), {kind: illness.ends}, `${name}: ${line}`);
    if (illness.ends !== 'oops') t.true(illness.kind === illness.ends, `${name}: ${line}`);
  }
  t.true(ended > 60, `${ended} lines`);
});

test('a report of a panic or an oops ends a guest', (t) => {
  for (const {name, line} of lines) {
    const illness = illnessOf(line);
    if (illness?.kind === 'panic') t.is(diagnoseLine(line)?.kind, 'panic', `${name}: ${line}`);
    // What is not said with BUG or Oops in front is followed by what is.
    if (illness?.kind === 'oops' && /^(BUG|Oops|[Kk]ernel BUG|Internal error|Unable to)/.test(line))
      t.truthy(diagnoseLine(line), `${name}: ${line}`);
  }
});
