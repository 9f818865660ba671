// SPDX-License-Identifier: MIT
import {existsSync, mkdirSync, utimesSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import '../base/temporary-cache.ts';
import {recordingContext} from '../base/contexts.ts';
import {withLock} from '../../src/base/lock.ts';
import {storePath} from '../../src/base/store.ts';
import {collectGarbage, listKernels} from '../../src/build/kernel-store.ts';

/** A kernel's folder as it lies in the store, last used at `time` (seconds). */
function keptKernel(key: string, time: number, kit = ''): string {
  const folder = storePath('kernels', key);
  mkdirSync(folder, {recursive: true});
  const inputs = {source: {title: 'linux 6.12', key: 's'}, arch: 'x86_64', config: [], compiler: 'gcc'};
  const series = [{name: 'switch', patches: []}];
  writeFileSync(
    path.join(folder, 'kernel.json'),
    JSON.stringify({
      ...{key, release: '6.12', kit, inputs: {...inputs, series}},
      ...{image: {file: 'bzImage', sha256: ''}, build: {seconds: 1, compiled: 1}},
    }),
  );
  writeFileSync(path.join(folder, 'vmlinux'), new Uint8Array(100_000));
  utimesSync(folder, time, time);
  return folder;
}

const context = recordingContext();

test.serial('kernels are listed, the one used last first, with size and origin', async (t) => {
  keptKernel('aaaa', 1000);
  keptKernel('bbbb', 3000);
  keptKernel('cccc', 2000);
  mkdirSync(storePath('kernels', 'dddd.partial'));
  const kernels = await listKernels();
  t.deepEqual(
    kernels.map(({key, title}) => [key, title]),
    [
      ['bbbb', 'linux 6.12 + switch'],
      ['cccc', 'linux 6.12 + switch'],
      ['aaaa', 'linux 6.12 + switch'],
    ],
  );
  t.true(kernels.every(({bytes}) => bytes >= 100_000 && bytes < 200_000));
});

test.serial(
  'what was not used for the longest time goes; what is named and what is being made stays',
  async (t) => {
    await withLock(`${storePath('kernels', 'dddd')}.lock`, 'test', context, async () => {
      const collected = await collectGarbage({keep: ['aaaa'], last: 1}, context);
      t.deepEqual(collected.folders, [storePath('kernels', 'cccc')]);
      t.true(collected.bytes >= 100_000);
    });
    t.deepEqual(
      (await listKernels()).map(({key}) => key),
      ['bbbb', 'aaaa'],
    );
    t.true(existsSync(storePath('kernels', 'dddd.partial')));
  },
);

test.serial('what a killed lab left goes', async (t) => {
  mkdirSync(storePath('sources', 'x_1.partial-download-abc'), {recursive: true});
  await collectGarbage({keep: ['aaaa', 'bbbb'], last: 0}, context);
  t.false(existsSync(storePath('kernels', 'dddd.partial')));
  t.false(existsSync(storePath('sources', 'x_1.partial-download-abc')));
});

test.serial('what modules are built against goes with the last kernel that it is of', async (t) => {
  const kits = ['old', 'named', 'new'].map((key) => storePath('kits', key));
  for (const folder of kits) mkdirSync(folder, {recursive: true});
  utimesSync(storePath('kits', 'old'), 1000, 1000);
  utimesSync(storePath('kits', 'named'), 1000, 1000);
  keptKernel('eeee', 1000, 'named');
  await collectGarbage({keep: ['eeee'], last: 0}, context);
  t.deepEqual(kits.map(existsSync), [false, true, true]);
});
