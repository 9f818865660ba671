// SPDX-License-Identifier: MIT
import './temporary-state.ts';
import {type ChildProcess, spawn} from 'node:child_process';
import {cpus} from 'node:os';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {machineOf} from './lab.ts';
import {LabProcess} from './processes.ts';

test.before(async (t) => {
  t.timeout(1_800_000, 'building the kernel');
  await machineOf('baseline');
});

/** A lab whose guest is in the middle of a step, and the guest's QEMU. */
async function inStep(): Promise<{readonly lab: LabProcess; readonly qemu: number}> {
  const lab = new LabProcess(['run', path.join(import.meta.dirname, 'scenarios/pauses.yaml')]);
  await lab.consoleSays('the step has begun');
  const qemu = lab.descendants().find(({name}) => name.startsWith('qemu'));
  if (qemu === undefined) throw new Error('there is no QEMU');
  return {lab, qemu: qemu.pid};
}

async function passes(t: ExecutionContext, lab: LabProcess): Promise<void> {
  t.is(await lab.ended, 0, lab.output);
  t.regex(lab.output, /^PASS pauses/m);
}

// Longer than a guest may be silent, whether it computes or sleeps.
const longer = 18_000;

test.serial('a guest whose QEMU is stopped is starved, not hung', async (t) => {
  t.timeout(1_800_000);
  const {lab, qemu} = await inStep();
  process.kill(qemu, 'SIGSTOP');
  await delay(longer);
  process.kill(qemu, 'SIGCONT');
  await passes(t, lab);
});

test.serial('nor is the guest of a lab that was stopped itself', async (t) => {
  t.timeout(1_800_000);
  const {lab} = await inStep();
  lab.kill('SIGSTOP');
  await delay(longer);
  lab.kill('SIGCONT');
  await passes(t, lab);
});

test.serial('nor one that was stopped together with its lab', async (t) => {
  t.timeout(1_800_000);
  const {lab, qemu} = await inStep();
  lab.kill('SIGSTOP');
  process.kill(qemu, 'SIGSTOP');
  await delay(longer);
  process.kill(qemu, 'SIGCONT');
  lab.kill('SIGCONT');
  await passes(t, lab);
});

test.serial('nor one that others keep from the CPUs', async (t) => {
  t.timeout(1_800_000);
  const {lab, qemu} = await inStep();
  // A guest that gets a sixtieth of a CPU, and then all that is left.
  const renice = spawn('renice', ['-n', '19', '-p', String(qemu)], {stdio: 'ignore'});
  await new Promise((resolve) => renice.once('exit', resolve));
  const others: readonly ChildProcess[] = cpus().map(() =>
    spawn('nice', ['-n', '-20', 'timeout', '25', 'sh', '-c', 'while :; do :; done'], {stdio: 'ignore'}),
  );
  t.teardown(() => {
    for (const other of others) other.kill('SIGKILL');
  });
  await passes(t, lab);
});

test.serial('a QEMU that stays stopped is an error of the host, and ends the run', async (t) => {
  t.timeout(1_800_000);
  const {lab, qemu} = await inStep();
  process.kill(qemu, 'SIGSTOP');
  t.is(await lab.ended, 3, lab.output);
  t.regex(lab.output, /^ERROR pauses/m);
  t.regex(lab.output, /withheld|let the guest run/);
  t.deepEqual(await lab.survivors(), []);
});
