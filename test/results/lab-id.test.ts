// SPDX-License-Identifier: MIT
import {temporary} from '../base/temporary-cache.ts';
import {readdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {labId} from '../../src/results/lab-id.ts';

test('a lab is known by one name, however many of its processes ask first, and no other has it', async (t) => {
  const state = path.join(temporary, 'one');
  const ids = await Promise.all(Array.from({length: 20}, () => labId(state)));
  t.is(new Set(ids).size, 1);
  t.not(await labId(path.join(temporary, 'other')), ids[0]);
  t.deepEqual(readdirSync(state), ['lab-id']);
  writeFileSync(path.join(state, 'lab-id'), 'damaged');
  const drawn = await labId(state);
  t.is(await labId(state), drawn);
});
