// SPDX-License-Identifier: MIT
import {temporary} from '../base/temporary-cache.ts';
import {open, readFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {Disks, planHeads} from '../../src/scenario/disks.ts';
import {testPicture} from '../../src/steps/picture.ts';
import {scenarioSchema} from '../../src/scenario/scenario-file.ts';
import {parseSpec} from '../../src/spec/yaml.ts';
import {loadTopology} from '../../src/topology/plan-topology.ts';

function heads(topology: string, steps: readonly object[]): ReturnType<typeof planHeads> {
  const text = JSON.stringify({description: 'any', topology, steps});
  return planHeads(loadTopology(labRoot, topology), parseSpec(text, 'any.yaml', scenarioSchema).value);
}

const copy = (options: object): object => ({
  copy: {from: 'src', through: 'cmb', to: 'dst', bytes: 4096, ...options},
});

test('a disk begins with all that any step reads of it', (t) => {
  const planned = heads('nvme-switch', [copy({}), copy({bytes: 8192, 'from-offset': 4096})]);
  t.deepEqual([...planned.keys()], ['src']);
  t.is(planned.get('src')?.length, 12_288);
});

test('a disk that is shown begins with the picture', (t) => {
  const planned = heads('nvme-display', [{blit: {from: 'src', to: 'display', width: 64, height: 48}}]);
  t.true(planned.get('src')?.equals(testPicture(64, 48)));
});

test('what steps write is what must be there, and nothing else', async (t) => {
  const topology = loadTopology(labRoot, 'nvme-switch');
  const disks = new Disks(topology, path.join(temporary, 'disks'), heads('nvme-switch', [copy({})]));
  await disks.create();
  const names = async (): Promise<readonly string[]> =>
    (await disks.check()).filter(({ok}) => !ok).map(({name}) => name);
  t.deepEqual(await names(), []);

  disks.write('dst', 4096, disks.read('src', 0, 4096));
  t.deepEqual(await names(), ['disk'], 'the bytes must have come');
  const handle = await open(disks.files['dst'] ?? '', 'r+');
  await handle.write(disks.read('src', 0, 4096), 0, 4096, 4096);
  t.deepEqual(await names(), []);

  await handle.write(Buffer.from([1]), 0, 1, 2 ** 20 - 1);
  await handle.close();
  const [check] = (await disks.check()).filter(({ok}) => !ok);
  t.is(check?.detail, '1 byte on the disk of dst differs from the expected content, first at offset 0xfffff');
  t.is(check?.witness, 'host');
  t.is((await readFile(disks.files['src'] ?? '')).length, 2 ** 20);

  await disks.adopt();
  t.deepEqual(await names(), [], 'what was told once is not told again');
  t.is(disks.content('dst').at(-1), 1);
});
