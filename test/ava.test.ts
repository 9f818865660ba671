// SPDX-License-Identifier: MIT
import {mkdtemp, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {labRoot} from '../src/base/paths.ts';
import {type Counts, runAva} from './ava.ts';

const config = `export default {files: ['*.test.js'], workerThreads: false};\n`;

/** Runs one test file in a package of its own, with the lab's AVA. */
async function runSource(source: string): Promise<{lines: readonly string[]} & Counts> {
  const folder = await mkdtemp(path.join(tmpdir(), 'p2plab-ava-'));
  try {
    await writeFile(path.join(folder, 'package.json'), '{"type": "module"}\n');
    await writeFile(path.join(folder, 'ava.config.js'), config);
    await writeFile(path.join(folder, 'some.test.js'), source);
    await symlink(path.join(labRoot, 'node_modules'), path.join(folder, 'node_modules'));
    const lines: string[] = [];
    const counts = await runAva(['--timeout=10s'], (line) => lines.push(line), folder);
    return {lines, ...counts};
  } finally {
    await rm(folder, {recursive: true});
  }
}

test('a test that times out is named, and counted as failed', async (t) => {
  const {lines, passed, failed, failures} = await runSource(`
    import test from 'ava';
    test('that passes', (t) => t.pass());
    test('that never ends', () => new Promise((resolve) => setTimeout(resolve, 60_000)));
  `);
  t.true(
    lines.some((line) => /^not ok \d+ - that never ends$/.test(line)),
    lines.join('\n'),
  );
  t.is(passed, 1);
  t.is(failed, 1);
  t.deepEqual(failures, ['that never ends']);
});

test('a failed assertion keeps its details', async (t) => {
  const {lines, failed} = await runSource(`
    import test from 'ava';
    test('that fails', (t) => t.is(1, 2));
  `);
  t.true(
    lines.some((line) => line.includes('Difference')),
    lines.join('\n'),
  );
  t.is(failed, 1);
});

test('a package without tests counts as failed', async (t) => {
  const {failed} = await runSource('');
  t.true(failed > 0);
});
