// SPDX-License-Identifier: MIT
import {globSync, readFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {illnessOf} from '../../src/evidence/reports/kinds.ts';
import {messagesOf} from '../../src/evidence/reports/lines.ts';
import {diagnoseLine} from '../../src/guest/vitals.ts';

const folders = ['reports', 'golden/consoles'].map((name) => path.join(import.meta.dirname, name));
const lines = folders.flatMap((folder) =>
  globSync('*.txt', {cwd: folder}).flatMap((name) =>
    messagesOf(readFileSync(path.join(folder, name), 'utf8')).map((line) => ({name, line})),
  ),
);

// Two tables say what a line means: one while a guest runs, which must know what a kernel does not survive, and one
// afterwards, which says what it is. A line that ends a guest must be a report.

test('what ends a guest is a report of the same kind', (t) => {
  let ended = 0;
  for (const {name, line} of lines) {
    const failure = diagnoseLine(line);
    if (failure === undefined) continue;
    ended++;
    const illness = illnessOf(line);
    t.truthy(illness, `${name}: ${line}`);
    if (illness !== undefined && failure.kind !== 'oops')
      t.true(illness.kind === failure.kind, `${name}: ${line}`);
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
