// SPDX-License-Identifier: MIT
import './temporary-state.ts';
import test from 'ava';
import {context, flows, machineOf, runOwn} from './lab.ts';
import {selectKernel} from '../../src/runner/select-kernel.ts';
import {prepareMachine} from '../../src/scenario/machine.ts';

test.beforeEach((t) => {
  t.timeout(1_800_000, 'building a kernel and a QEMU, or a boot');
});

const reason =
  'src rejected a read of 12 KiB with status 0x4012 (Invalid Use of Controller Memory Buffer): ' +
  "its data is partly in the CMB of src, which QEMU's nvme device does not support (CMBLOC: CDPMLS is set, CDMMMS " +
  'is clear); use separate commands';

test.serial('a command that the controller rejects moves nothing, on any QEMU', async (t) => {
  const kernel = selectKernel('baseline', {series: []});
  for (const qemu of ['stock', 'routed']) {
    const machine = await prepareMachine({...kernel, arch: 'x86_64'}, qemu, context);
    const outcome = await runOwn(machine, 'own-mixed');
    t.is(outcome.verdict, 'error', qemu);
    t.is(outcome.reason, reason, qemu);
    t.deepEqual(flows(outcome), [], qemu);
  }
});

test.serial(
  'a read that is to be caught in flight is not waited for once the controller rejected it',
  async (t) => {
    const outcome = await runOwn(await machineOf('baseline'), 'own-reset');
    t.is(outcome.verdict, 'error');
    t.is(outcome.reason, reason);
    t.deepEqual(flows(outcome), ['dst read src 16384', 'src write src 16384']);
    t.true(outcome.steps.flatMap(({checks}) => checks).some(({name, ok}) => name === 'in-flight' && !ok));
  },
);

test.serial('more than 4 GiB of memory: what lies above has the address of the CPU', async (t) => {
  const outcome = await runOwn(await machineOf('baseline'), 'big-ram');
  t.is(outcome.verdict, 'pass', outcome.reason);
  const memory = outcome.steps.flatMap(({ledger}) => ledger).filter(({target}) => target === 'host-memory');
  t.deepEqual(
    memory.filter(({cpu}) => cpu !== undefined),
    [],
  );
});
