// SPDX-License-Identifier: MIT
// Kills labs at random moments: P2PLAB_KILLS of them (default 40). P2PLAB_SEED repeats a sequence.
import {temporary} from './temporary-state.ts';
import {globSync, existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {rm} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import test from 'ava';
import {cacheRoot} from '../../src/base/paths.ts';
import {kernelFolder, kernelKey} from '../../src/build/kernel.ts';
import {selectKernel} from '../../src/cli/select-kernel.ts';
import {context} from './lab.ts';
import {LabProcess} from './processes.ts';

const kills = Number(process.env['P2PLAB_KILLS'] ?? 40);
let seed = Number(process.env['P2PLAB_SEED'] ?? Date.now() % 100_000);

/** mulberry32: a sequence that the seed repeats. */
function random(): number {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

const state = path.join(temporary, 'killed-state');
const lab = path.join(state, 'p2plab');
const series = path.join(import.meta.dirname, 'series/reworded');
const suite = path.join(temporary, 'two.yaml');
const scenarios = ['nvme-copy-same-switch', 'host-memory-only', 'refused-across-root-ports'];

const commands: Readonly<Record<string, readonly string[]>> = {
  run: ['run', 'nvme-copy-same-switch'],
  nightly: ['nightly', suite, '--jobs', '1'],
  kernel: ['kernel', 'build', 'baseline', '--series', series],
  dashboard: ['dashboard', 'build'],
};

async function builtKernel(): Promise<string> {
  return kernelFolder(
    await kernelKey({...selectKernel('baseline', {series: [series]}), arch: 'x86_64'}, context),
  );
}

/** Runs a command to its end; returns how long it took, in milliseconds. */
async function whole(t: {is: (a: unknown, b: unknown, m?: string) => void}, name: string): Promise<number> {
  const begun = performance.now();
  const process = new LabProcess(commands[name] ?? [], state);
  t.is(await process.ended, 0, `${name}: ${process.output}`);
  return performance.now() - begun;
}

/** What is in the cache and is no whole entry. */
function partials(): readonly string[] {
  return globSync(
    `${cacheRoot}/{kernels,kits,qemus,modules,tools,images,keys,sources,trees/*,trees/*/objects}/*`,
  )
    .filter((file) => /\.partial|\.unfinished$|\/(scratch|incoming)-|download-/.test(file))
    .filter((file) => !file.includes('.partial-damaged-'));
}

test('labs that are killed at random moments leave nothing behind, lose nothing, and spoil nothing', async (t) => {
  t.timeout(Number(process.env['P2PLAB_KILLS_TIMEOUT'] ?? 3_600_000), 'killing labs');
  t.log(`seed ${seed}`);
  writeFileSync(suite, JSON.stringify({description: 'killed', kernels: ['baseline'], scenarios, retries: 0}));
  const before = new Set(partials());
  await rm(await builtKernel(), {recursive: true, force: true});
  const durations: Record<string, number> = {};
  for (const name of Object.keys(commands)) durations[name] = await whole(t, name);
  const image = readFileSync(path.join(await builtKernel(), 'bzImage'));
  const folders: string[] = [];
  const names = Object.keys(commands);
  const killed: Record<string, number> = {};
  for (let kill = 0; kill < kills; kill++) {
    const name = names[kill % names.length] ?? '';
    if (name === 'kernel') await rm(await builtKernel(), {recursive: true, force: true});
    if (name === 'dashboard') await rm(path.join(lab, 'dashboard'), {recursive: true, force: true});
    const process = new LabProcess(commands[name] ?? [], state);
    folders.push(process.temporaryFolder);
    await Promise.race([delay(random() * (durations[name] ?? 0)), process.ended]);
    process.kill('SIGKILL');
    const ended = await process.ended;
    t.true(ended === 'SIGKILL' || ended === 0, `${name} ended with ${String(ended)}: ${process.output}`);
    if (ended === 'SIGKILL') killed[name] = (killed[name] ?? 0) + 1;
    t.deepEqual(await process.survivors(), [], `${name}: processes`);
    // What was finished stays, whatever else was being made.
    for (const folder of globSync(path.join(lab, 'runs/*')).filter((one) =>
      existsSync(path.join(one, 'SHA256SUMS')),
    ))
      t.true(existsSync(path.join(folder, 'result.json')), folder);
  }
  for (const name of names) await whole(t, name);
  t.deepEqual(readFileSync(path.join(await builtKernel(), 'bzImage')).equals(image), true, 'the same kernel');
  const unfinished = globSync(path.join(lab, 'runs/*')).filter(
    (one) => !existsSync(path.join(one, 'SHA256SUMS')),
  );
  t.deepEqual(unfinished, [], 'bundles');
  t.deepEqual(readdirSync(path.join(lab, 'owned')), [], 'notes of owners');
  t.deepEqual(
    folders.flatMap((folder) => readdirSync(folder)),
    [],
    'temporary files',
  );
  t.deepEqual(
    partials().filter((file) => !before.has(file)),
    [],
    'parts in the cache',
  );
  t.log(`${Object.values(killed).reduce((a, b) => a + b, 0)} of ${kills} killed: ${JSON.stringify(killed)}`);
});
