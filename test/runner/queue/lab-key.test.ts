// SPDX-License-Identifier: MIT
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {labRoot} from '../../../src/base/paths.ts';
import {labKey} from '../../../src/runner/queue/lab-key.ts';

const root = mkdtempSync(path.join(tmpdir(), 'p2plab-test-'));
process.on('exit', () => {
  rmSync(root, {recursive: true, force: true});
});

function put(file: string, content: string): void {
  mkdirSync(path.dirname(path.join(root, file)), {recursive: true});
  writeFileSync(path.join(root, file), content);
}

test('a lab is another when anything of it is, and the same for what is no part of it', async (t) => {
  put('package.json', '{"version": "1"}');
  for (const folder of ['lab', 'scenarios', 'images', 'src']) put(`${folder}/deep/file`, folder);
  const key = await labKey(root);
  t.is(await labKey(root), key);
  put('README.md', 'any');
  put('lab/.file.swp', "an editor's");
  put('lab/deep/file~', "an editor's");
  t.is(await labKey(root), key);
  const seen = new Set([key]);
  const changes = [
    ['lab/deep/file', 'other'],
    ['scenarios/more', 'more'],
    ['images/deep/file', 'other'],
    ['src/deep/file', 'other'],
    ['package.json', '{"version": "2"}'],
  ] as const;
  for (const [file, content] of changes) {
    put(file, content);
    seen.add(await labKey(root));
  }
  t.is(seen.size, changes.length + 1);
});

test('the key of this lab is made quickly: it is asked for before each run', async (t) => {
  await labKey(labRoot);
  const begun = performance.now();
  await labKey(labRoot);
  t.true(performance.now() - begun < 1000);
});
