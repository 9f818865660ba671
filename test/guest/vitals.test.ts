// SPDX-License-Identifier: MIT
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {diagnoseLine, type GuestFailure, isExcused, isHung, stuckSeconds} from '../../src/guest/vitals.ts';

const consoles = path.join(import.meta.dirname, '../evidence/golden/consoles');

/** The first thing that a recorded console says of its kernel's end. */
function diagnosis(name: string): GuestFailure | undefined {
  const lines = readFileSync(path.join(consoles, `${name}.txt`), 'utf8').split('\n');
  return lines.map(diagnoseLine).find((found) => found !== undefined);
}

test('what ends a guest is named by its first line', (t) => {
  t.is(diagnosis('panics')?.kind, 'panic');
  t.deepEqual(diagnosis('oops'), {
    kind: 'oops',
    reason: 'BUG: kernel NULL pointer dereference, address: 0000000000000000',
  });
  t.is(diagnosis('bug')?.kind, 'oops');
  t.is(diagnosis('stall')?.kind, 'hang');
});

test('a guest that lives on is not given up', (t) => {
  for (const name of ['warn', 'blocked', 'sleep', 'healthy-nic', 'healthy-refused']) {
    t.is(diagnosis(name), undefined, name);
  }
  for (const line of [
    'BUG: KASAN: slab-use-after-free in p2pdma_map+0x1c/0x80',
    'BUG: sleeping function called from invalid context at mm/slab.h:123',
    'BUG: scheduling while atomic: insmod/48/0x00000002',
  ]) {
    t.is(diagnoseLine(`[    1.5] ${line}`), undefined, line);
  }
});

test('a time stamp and a CPU before a line are not of its words', (t) => {
  t.deepEqual(diagnoseLine('[    1.234567][   T48] Kernel panic - not syncing: x\r'), {
    kind: 'panic',
    reason: 'Kernel panic - not syncing: x',
  });
});

const limits = {busy: 6, idle: 15};

testProp(
  'silence that the host is to blame for hangs no guest, however much QEMU computed',
  [fc.double({min: 0, max: 5.99, noNaN: true}), fc.double({min: 0, max: 1000, noNaN: true})],
  (t, worked, computed) => {
    t.false(isHung({worked, computed}, limits));
  },
);

test('a guest that computes in silence is hung; so is one that sleeps for ever', (t) => {
  t.true(isHung({worked: 6.1, computed: 6}, limits));
  t.true(isHung({worked: 15, computed: 0}, limits));
  t.false(isHung({worked: 14, computed: 1}, limits));
});

test("a kernel's own watchdog is no proof where the host withheld the time that it complains about", (t) => {
  const lockup = 'watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [swapper/0:1]';
  t.is(stuckSeconds(lockup), 26);
  t.is(stuckSeconds('INFO: task insmod:48 blocked for more than 122 seconds.'), 122);
  t.is(stuckSeconds('rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:'), 21);
  t.false(isExcused(26, 0.8));
  t.false(isExcused(26, 5));
  t.true(isExcused(26, 18));
  // RCU's words, of a boot that had two thirds of a CPU: that kernel was in good health.
  t.true(isExcused(21, 7));
  // It goes on, and the kernel has had as much as its watchdog asks for.
  t.false(isExcused(67, 45));
  t.false(isExcused(122, 20));
  t.true(isExcused(122, 40));
});
