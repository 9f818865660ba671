// SPDX-License-Identifier: MIT
// The step runner and the step judge, on doubles of QEMU and of the guest.
import test from 'ava';
import {HostError, Interrupted} from '../../src/base/errors.ts';
import {recordingContext} from '../base/contexts.ts';
import {runFake} from '../helpers/fake-lab.ts';

/** A guest that answers to `work`, and to nothing else. */
const obey = (words: readonly string[]) => (words[0] === 'work' ? {} : undefined);

const verdicts = (steps: readonly {readonly verdict: string}[]) => steps.map(({verdict}) => verdict);

test('steps whose commands end as they must pass; without evidence of the host the run proves nothing', async (t) => {
  const commands: string[] = [];
  const {verdict, steps} = await runFake({
    steps: '  - run: {command: [work, a]}\n  - run: {command: [work, b], exit: 3}',
    answers: (words) => {
      commands.push(words.join(' '));
      return words[1] === 'b' ? {code: 3} : {};
    },
  });
  t.is(verdict, 'error');
  t.deepEqual(verdicts(steps), ['pass', 'pass']);
  t.deepEqual(commands, ['work a', 'work b']);
});

test('a failing check fails the run, and ends it', async (t) => {
  const {verdict, reason, steps} = await runFake({
    steps: '  - run: {command: [other]}\n  - run: {command: [work]}',
    answers: obey,
  });
  t.is(verdict, 'fail', reason);
  t.regex(reason, /127/);
  t.deepEqual(verdicts(steps), ['fail']);
});

test('an error of the host is an error of the run, in the step in which it came', async (t) => {
  const {verdict, reason, steps} = await runFake({
    steps: '  - run: {command: [work]}\n  - run: {command: [lost]}',
    answers: (words) => {
      if (words[0] === 'lost') throw new HostError('the connection to the guest was lost');
      return {};
    },
  });
  t.is(verdict, 'error', reason);
  t.regex(reason, /the connection to the guest was lost/);
  t.deepEqual(verdicts(steps), ['pass', 'error']);
});

test('a report in the kernel log is a crash of the step in which it came', async (t) => {
  const {verdict, reason, steps} = await runFake({
    steps: '  - run: {command: [work]}\n  - run: {command: [bad]}\n  - run: {command: [work]}',
    answers: (words, {log}) => {
      if (words[0] === 'bad') {
        log('------------[ cut here ]------------');
        log('WARNING: CPU: 0 PID: 1 at drivers/pci/p2pdma.c:100 pci_p2pdma_add+0x10/0x20');
        log('---[ end trace 0000000000000000 ]---');
      }
      return {};
    },
  });
  t.is(verdict, 'crash', reason);
  t.regex(reason, /drivers\/pci\/p2pdma\.c:100/);
  t.deepEqual(verdicts(steps), ['pass', 'crash', 'pass'].slice(0, steps.length));
  t.is(steps[1]?.verdict, 'crash');
});

test('a panic is a crash, named by the console', async (t) => {
  const {verdict, reason, steps} = await runFake({
    steps: '  - run: {command: [panic]}',
    answers: (_words, {log, qemu}) => {
      log('Kernel panic - not syncing: a test');
      qemu.event('GUEST_PANICKED');
      return new Promise(() => undefined);
    },
  });
  t.is(verdict, 'crash', reason);
  t.regex(reason, /a test/);
  t.deepEqual(verdicts(steps), ['crash']);
});

test('a command that does not end is an error, unless a task is blocked in the kernel', async (t) => {
  const never = new Promise<undefined>(() => undefined);
  const slow = {steps: '  - run: {command: [wait]}\n    timeout: 1', timeoutScale: 0.2};
  const alive = await runFake({...slow, answers: (words) => (words[0] === 'wait' ? never : {})});
  t.is(alive.verdict, 'error', alive.reason);
  t.regex(alive.reason, /the guest is alive and no task of it is blocked/);
  const look =
    'task 7 (p2p) D \nvoluntary_ctxt_switches: 5\n[<0>] schedule+0x1/0x2\n[<0>] nvme_queue_rq+0x1/0x2\n';
  const blocked = await runFake({
    ...slow,
    answers: (words) => {
      if (words[0] === 'wait') return never;
      const separator = /^echo (\S+)$/m.exec(words[2]?.split('sleep ')[1] ?? '')?.[1] ?? '';
      return {stdout: `${look}${separator}\n${look}`};
    },
  });
  t.is(blocked.verdict, 'crash', blocked.reason);
  t.regex(blocked.reason, /p2p \(PID 7\) is blocked in nvme_queue_rq\(\)/);
});

test('an interruption ends the run without a verdict', async (t) => {
  const controller = new AbortController();
  const run = runFake({
    steps: '  - run: {command: [wait]}',
    context: {...recordingContext(), signal: controller.signal},
    answers: () => {
      controller.abort();
      return new Promise(() => undefined);
    },
  });
  await t.throwsAsync(run, {instanceOf: Interrupted});
});

test('a hot unplug passes when QEMU and the guest lose the slot, and nothing else', async (t) => {
  const {verdict, reason, steps} = await runFake({
    topology: 'hotplug/slots',
    steps: '  - unplug: cmb',
    answers: (words, {remove}) => {
      if (words[1] !== 'power-off') return undefined;
      for (const id of ['cmb', 'spare']) remove(id);
      return {};
    },
  });
  t.is(verdict, 'pass', reason);
  t.is(steps[0]?.checks.find(({name}) => name === 'slot')?.ok, true);
});

test('a device that QEMU does not let go of is an error', async (t) => {
  const {verdict, reason} = await runFake({
    topology: 'hotplug/slots',
    steps: '  - unplug: cmb',
    qmp: {
      device_del: () => {
        throw new Error("Bus 'x' does not support hotplugging");
      },
    },
  });
  t.is(verdict, 'error', reason);
  t.regex(reason, /does not support hotplugging/);
});

test('a machine that is not the declared one is an error, and nothing is run on it', async (t) => {
  const {verdict, reason, steps} = await runFake({
    topology: 'nvme-switch',
    steps: '  - run: {command: [work]}',
    qmp: {'query-pci': () => []},
    answers: obey,
  });
  t.is(verdict, 'error', reason);
  t.regex(reason, /missing for QEMU/);
  t.deepEqual(steps, []);
});

test('a copy that the guest reports and the trace does not show is no pass; the trace is on meanwhile', async (t) => {
  let traced = 0;
  const {verdict, reason, steps} = await runFake({
    topology: 'nvme-switch',
    steps: '  - copy: {from: src, through: cmb, to: dst, bytes: 4KiB}',
    answers: (words, {qemu}) => {
      if (words[0] === 'p2p') traced = Math.max(traced, qemu.traced.length);
      return {stdout: '{"op":"copy","ok":true,"bytes":4096}\n'};
    },
  });
  t.true(traced > 0, reason);
  t.not(verdict, 'pass');
  t.deepEqual(steps[0]?.ledger, []);
});
