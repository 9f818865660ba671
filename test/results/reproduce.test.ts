// SPDX-License-Identifier: MIT
import {temporary} from '../base/temporary-cache.ts';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {execa} from 'execa';
import test, {type ExecutionContext} from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {tracedEvents} from '../../src/evidence/traced-events.ts';
import {reproduceScript} from '../../src/results/reproduce.ts';
import {runFiles} from '../../src/scenario/boot-plan.ts';
import {Disks} from '../../src/scenario/disks.ts';
import {plainVariant} from '../../src/scenario/machine.ts';
import type {Run} from '../../src/scenario/run-inputs.ts';
import {loadTopology} from '../../src/topology/plan.ts';

const kernelArguments = ['iommu.forcedac=1', 'dyndbg="file p2pdma.c +p"'];

const odd = `it's a "folder", with $HOME & \`ticks\``;

/** A bundle in a folder with every odd character, whose QEMU only says what it was given. */
async function replayed(
  t: ExecutionContext,
  name: string,
  env: Record<string, string> = {},
): Promise<readonly string[]> {
  const bundle = path.join(temporary, name, odd);
  const work = path.join(temporary, name, `${odd} again`);
  const qemu = path.join(temporary, name, "qemu, it's");
  mkdirSync(path.join(bundle, 'inputs'), {recursive: true});
  writeFileSync(qemu, '#!/bin/sh\npwd >words\nprintf "%s\\n" "$@" >>words\n', {mode: 0o755});
  for (const file of ['kernel', 'initrd.cpio', 'replay.cpio', 'inputs/src.img']) {
    writeFileSync(path.join(bundle, file), file);
  }
  const topology = loadTopology(labRoot, 'nic-switch');
  const run = {
    plan: {topology, scenario: {value: {steps: [], kernelArguments}}},
    machine: {
      variant: plainVariant,
      qemu: {path: qemu, version: {major: 10, minor: 0, text: '10.0.2'}, devices: []},
      acceleration: {name: 'tcg', why: ''},
      kernel: {image: '/cache/kernel'},
      image: {file: '/cache/initrd', sshKey: '', hostPublicKey: ''},
    },
    files: runFiles(bundle, topology),
    disks: new Disks(topology, path.join(bundle, 'disks'), new Map()),
  } as unknown as Run;
  const script = path.join(bundle, 'reproduce.sh');
  writeFileSync(script, reproduceScript(run), {mode: 0o755});
  const {stdout} = await execa(script, [work], {env, cwd: '/'});
  t.is(stdout, `disks and trace: ${work}`);
  t.is(readFileSync(path.join(work, 'initrd'), 'utf8'), 'initrd.cpioreplay.cpio');
  t.is(readFileSync(path.join(work, 'disks/src.img'), 'utf8'), 'inputs/src.img');
  t.is(readFileSync(path.join(work, 'kernel'), 'utf8'), 'kernel');
  const [folder = '', ...words] = readFileSync(path.join(work, 'words'), 'utf8').trimEnd().split('\n');
  t.is(folder, work);
  return words;
}

test('QEMU runs in the new folder, and is given names there only', async (t) => {
  const words = await replayed(t, 'traced');
  t.false(
    words.some((word) => word.includes(temporary) || word.includes('/cache/')),
    'a path of the bundle or of the store',
  );
  const wanted = ['kernel', 'initrd', 'trace.log'];
  t.deepEqual(
    wanted.filter((word) => !words.includes(word)),
    [],
  );
  t.true(words.some((word) => word.includes('file.filename=disks/src.img,')));
  t.true(words.some((word) => word.includes('file=frames-nic0.pcap')));
  const appended = words[words.indexOf('-append') + 1] ?? '';
  t.true(appended.endsWith(` ${kernelArguments.join(' ')}`), appended);
  const traces = words.filter((_, index) => words[index - 1] === '-trace');
  t.deepEqual(traces, [...tracedEvents]);
});

test('without its trace a run is as fast as QEMU is', async (t) => {
  t.false((await replayed(t, 'untraced', {TRACE: '0'})).includes('-trace'));
});
