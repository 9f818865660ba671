// SPDX-License-Identifier: MIT
import {readFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {blockedTasks, busyCpus} from '../../src/evidence/crash/blocked.ts';

const golden = (name: string): string =>
  readFileSync(path.join(import.meta.dirname, 'reports', `${name}.txt`), 'utf8');

test('the task that sysrq-w shows, and where it waits', (t) => {
  const [first] = blockedTasks(golden('benign-shown-tasks'));
  t.is(first?.who, 'insmod');
  t.is(first?.frames[0]?.function, 'sleep');
  t.is(first?.frames[1]?.function, 'ailing_init');
  t.deepEqual(blockedTasks(golden('benign-words')), []);
});

// lib/nmi_backtrace.c and kernel/sched/core.c, as they word it.
const active = `sysrq: Show backtrace of all active CPUs
NMI backtrace for cpu 0
CPU: 0 UID: 0 PID: 51 Comm: sh Not tainted 6.12.117-p2plab #1
Call Trace:
 <TASK>
 dump_stack_lvl+0x33/0x50
 nmi_cpu_backtrace+0x9c/0x100
 write_sysrq_trigger+0x4e/0x60
 proc_reg_write+0x52/0x90
 </TASK>
Sending NMI from CPU 0 to CPUs 1:
NMI backtrace for cpu 1
CPU: 1 UID: 0 PID: 46 Comm: insmod Tainted: G           O       6.12.117-p2plab #1
RIP: 0010:nvme_poll+0x5/0x10
Call Trace:
 <TASK>
 nvme_wait_ready+0x23/0x90
 nvme_probe+0x2b7/0x6a0
 </TASK>
NMI backtrace for cpu 2 skipped: idling at default_idle+0xb/0x10`;

test('a CPU that idles is not stuck', (t) => {
  t.regex(golden('benign-shown-cpus'), /NMI backtrace for cpu 1/);
  t.deepEqual(busyCpus(golden('benign-shown-cpus')), []);
});

test('the CPU that sysrq-l shows, but not the one that was asked', (t) => {
  const found = busyCpus(active);
  t.deepEqual(
    found.map(({who, frames}) => [who, frames.map((frame) => frame.function)]),
    [['CPU 1', ['nvme_poll', 'nvme_wait_ready', 'nvme_probe']]],
  );
});
