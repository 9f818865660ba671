// SPDX-License-Identifier: MIT
import './temporary-state.ts';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import test from 'ava';
import {machineOf} from './lab.ts';
import {LabProcess} from './processes.ts';

test.serial('a guest whose QEMU gets no CPU for eight seconds is starved, not hung', async (t) => {
  t.timeout(600_000, 'building the kernel, and a boot');
  await machineOf('baseline');
  const lab = new LabProcess(['run', path.join(import.meta.dirname, 'scenarios/pauses.yaml')]);
  await lab.consoleSays('the step has begun');
  const qemu = lab.descendants().find(({name}) => name.startsWith('qemu'));
  t.truthy(qemu);
  // Longer than a guest that computes may be silent, shorter than one that sleeps may.
  process.kill(qemu?.pid ?? 0, 'SIGSTOP');
  await delay(8000);
  process.kill(qemu?.pid ?? 0, 'SIGCONT');
  t.is(await lab.ended, 0, lab.output);
  t.regex(lab.output, /^PASS pauses/m);
});
