// SPDX-License-Identifier: MIT
import './temporary-state.ts';
import {existsSync, readdirSync} from 'node:fs';
import {rm} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {withLock} from '../../src/base/lock.ts';
import {storePath} from '../../src/base/store.ts';
import {kernelFolder, kernelKey} from '../../src/build/kernel.ts';
import {ensureSource} from '../../src/build/sources/registry.ts';
import {selectKernel} from '../../src/runner/select-kernel.ts';
import {context, machineOf} from './lab.ts';
import {LabProcess} from './processes.ts';

const waits = path.join(import.meta.dirname, 'scenarios/waits.yaml');
const series = path.join(import.meta.dirname, 'series/reworded');
const built = ['run', 'nvme-copy-same-switch', '--series', series];

test.before(async (t) => {
  t.timeout(1_800_000, 'building the kernel');
  await machineOf('baseline');
});

test.beforeEach((t) => {
  t.timeout(1_800_000, 'a build, or a boot');
});

/** Phases of a run of the baseline, and how to know that one is reached. */
const phases: Readonly<Record<string, (lab: LabProcess) => Promise<void>>> = {
  'while the guest boots': (lab) => lab.consoleSays('Linux version'),
  'while a step runs': (lab) => lab.consoleSays('the step has begun'),
};

for (const [phase, reached] of Object.entries(phases)) {
  test.serial(`a lab killed ${phase} leaves nothing running`, async (t) => {
    const lab = new LabProcess(['run', waits]);
    await reached(lab);
    t.true(lab.descendants().some(({name}) => name.startsWith('qemu')));
    await killed(t, lab);
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test.serial(`a lab interrupted by ${signal} ${phase} tidies up, and says so`, async (t) => {
      const lab = new LabProcess(['run', waits]);
      await reached(lab);
      const asked = performance.now();
      lab.kill(signal);
      t.is(await lab.ended, 130);
      t.true(performance.now() - asked < 5000, 'it took longer than a person waits');
      t.deepEqual(await lab.survivors(), []);
      t.deepEqual(readdirSync(lab.temporaryFolder), []);
      t.deepEqual(readdirSync(path.join(lab.stateFolder, 'p2plab/runs')), [], 'half a bundle is none');
      t.regex(lab.output, /interrupted/);
    });
  }
}

/** Kills a lab as nothing can prevent. */
async function killed(t: ExecutionContext, lab: LabProcess): Promise<void> {
  lab.kill('SIGKILL');
  t.is(await lab.ended, 'SIGKILL');
  t.deepEqual(await lab.survivors(), []);
  t.deepEqual(readdirSync(lab.temporaryFolder), []);
}

test.serial('a lab killed while it waits for another leaves nothing waiting', async (t) => {
  await forget();
  const {id} = await ensureSource(selectKernel('baseline').source, context);
  await withLock(path.join(storePath('trees', id), 'lock'), 'a test', context, async () => {
    const lab = new LabProcess(built);
    await lab.runs(/^flock$/);
    await lab.until(() => lab.output.includes('waiting for another p2plab'), 'it to say that it waits');
    await killed(t, lab);
  });
});

test.serial('a lab killed while it compiles leaves no compiler', async (t) => {
  await forget();
  const lab = new LabProcess(built);
  await lab.runs(/^(cc1|as|ld)$/);
  t.true(lab.descendants().some(({name}) => name === 'make'));
  await killed(t, lab);
  t.false(existsSync(await folder()), 'half a kernel is none');
});

test.serial('two labs at the same time share what they build, also after one that was killed', async (t) => {
  await forget();
  const labs = [new LabProcess(built), new LabProcess(built)];
  t.deepEqual(
    await Promise.all(labs.map((lab) => lab.ended)),
    [0, 0],
    labs.map((lab) => lab.output).join('\n'),
  );
  for (const lab of labs) t.regex(lab.output, /^PASS nvme-copy-same-switch/m);
  // For the modules they may wait for each other by turns.
  const waited = labs.filter((lab) => /^kernel baseline\+reworded: waiting/m.test(lab.output));
  const worked = labs.filter((lab) => /^kernel baseline\+reworded: (?!waiting)/m.test(lab.output));
  t.is(waited.length, 1, labs.map((lab) => lab.output).join('\n'));
  t.is(worked.length, 1, labs.map((lab) => lab.output).join('\n'));
  for (const lab of labs) t.deepEqual(await lab.survivors(), []);
});

async function folder(): Promise<string> {
  return kernelFolder(
    await kernelKey({...selectKernel('baseline', {series: [series]}), arch: 'x86_64'}, context),
  );
}

/** Has the kernel with the test's series built anew. */
async function forget(): Promise<void> {
  await rm(await folder(), {recursive: true, force: true});
}
