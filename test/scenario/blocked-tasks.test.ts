// SPDX-License-Identifier: MIT
import test from 'ava';
import {readBlockedTasks, stuckTasks} from '../../src/scenario/blocked-tasks.ts';

const insmod = (switches: number, where: string): string => `task 48 (insmod) D 47 48 48 0 -1 4194560 31 0
voluntary_ctxt_switches:\t${switches}
nonvoluntary_ctxt_switches:\t2
${where}
`;

const stack = `[<0>] msleep+0x2d/0x40
[<0>] nvme_dev_disable+0x1a/0x200 [nvme]
wchan nvme_dev_disable`;

test('a task that has not run between two looks is stuck, with the functions it waits in', (t) => {
  t.deepEqual(stuckTasks(insmod(7, stack), insmod(7, stack)), [
    {pid: 48, name: 'insmod', switches: '7+2', stack: ['msleep', 'nvme_dev_disable']},
  ]);
  t.deepEqual(stuckTasks(insmod(7, stack), insmod(8, stack)), [], 'it is slow, and that is all');
  t.deepEqual(stuckTasks('', insmod(7, stack)), []);
  t.deepEqual(stuckTasks(insmod(7, stack), ''), []);
});

test('a kernel without stack traces tells where a task sleeps', (t) => {
  t.deepEqual(readBlockedTasks(insmod(7, 'wchan do_sleep'))[0]?.stack, ['do_sleep']);
  t.deepEqual(readBlockedTasks(insmod(7, 'wchan 0'))[0]?.stack, []);
});

test("a guest's words are bounded and hold no control characters", (t) => {
  t.deepEqual(readBlockedTasks('nonsense\ntask x (y) D\n\x1b[31m'), []);
  const [task] = readBlockedTasks('task 9 (a\x1b[31m) b) D 1\nwchan f\n');
  t.is(task?.name, 'a??31m??b');
  const frames = Array.from({length: 1000}, (_, index) => `[<0>] f${index}+0x1/0x2`).join('\n');
  t.is(readBlockedTasks(insmod(1, frames))[0]?.stack.length, 64);
  t.true(readBlockedTasks(insmod(1, 'wchan f').repeat(5000)).length <= 1000);
});
