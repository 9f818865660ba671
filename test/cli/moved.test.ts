// SPDX-License-Identifier: MIT
// A checkout that was copied or moved runs its own files.
import {spawnSync} from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {temporary} from '../base/temporary-cache.ts';
import {labRoot} from '../../src/base/paths.ts';

const node = process.execPath;

/** A checkout with its bundle, as ./setup leaves it; its packages are links. */
function checkout(name: string): string {
  const folder = path.join(temporary, name);
  for (const part of ['src', 'lab', 'scenarios', 'images', 'package.json', 'package-lock.json'])
    cpSync(path.join(labRoot, part), path.join(folder, part), {recursive: true, preserveTimestamps: true});
  mkdirSync(path.join(folder, 'node_modules'));
  for (const entry of readdirSync(path.join(labRoot, 'node_modules')))
    if (entry !== '.cache')
      symlinkSync(path.join(labRoot, 'node_modules', entry), path.join(folder, 'node_modules', entry));
  const made = spawnSync(node, [path.join(folder, 'src/launcher/make-program.ts')], {encoding: 'utf8'});
  if (made.status !== 0) throw new Error(made.stderr);
  return folder;
}

function copy(from: string, name: string): string {
  const to = path.join(temporary, name);
  const copied = spawnSync('cp', ['-a', from, to]);
  if (copied.status !== 0) throw new Error(String(copied.stderr));
  return to;
}

/** How a checkout draws a topology. */
function show(folder: string): string {
  const words = [path.join(folder, 'src/launcher/main.js'), 'topology', 'show', 'nvme-switch'];
  return spawnSync(node, words, {encoding: 'utf8'}).stdout;
}

/** Replaces text in a file, which keeps its size and mtime. */
function edit(file: string, from: string, to: string): void {
  const {atime, mtime} = statSync(file);
  const text = readFileSync(file, 'utf8');
  if (!text.includes(from) || from.length !== to.length) throw new Error(`${from} is not in ${file}`);
  writeFileSync(file, text.replace(from, to));
  utimesSync(file, atime, mtime);
}

const topology = 'lab/topologies/nvme-switch.yaml';

test('a checkout that was copied or moved runs its own files', (t) => {
  t.timeout(1_800_000, 'bundling');
  const first = checkout('first');
  t.true(existsSync(path.join(first, 'node_modules/.cache/p2plab')));
  edit(path.join(first, topology), 'Two NVMe', 'One NVMe');
  t.regex(show(first), /^One NVMe/);

  const second = copy(first, 'a second with % and spaces');
  edit(path.join(second, topology), 'One NVMe', 'Six NVMe');
  t.regex(show(second), /^Six NVMe/, 'what it reads is its own');

  edit(path.join(second, 'src/topology/draw.ts'), 'root port', 'ROOT PORT');
  t.regex(show(second), /ROOT PORT/, 'so is what it runs');
  t.notRegex(show(first), /ROOT PORT/);

  const third = path.join(temporary, 'third');
  renameSync(first, third);
  t.regex(show(third), /^One NVMe/, 'a moved one needs no ./setup');
});

test('a copied checkout uses the bundle that was copied with it', (t) => {
  t.timeout(1_800_000, 'bundling');
  const copied = copy(checkout('origin'), 'copied');
  const module = path.join(copied, 'src/launcher/program-file.js');
  const asked = spawnSync(
    node,
    ['-p', `import(${JSON.stringify(module)}).then((m) => console.log(m.bundleFile()))`],
    {
      encoding: 'utf8',
    },
  );
  const file = asked.stdout.split('\n').find((line) => line.endsWith('.mjs')) ?? '';
  t.true(file.startsWith(copied));
  t.true(existsSync(file));
});
