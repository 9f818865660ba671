// SPDX-License-Identifier: MIT
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {cpuSeconds, diagnoseLine, type GuestFailure, isHung} from '../../src/guest/vitals.ts';

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
const seconds = fc.double({min: 0, max: 5.99, noNaN: true});

testProp(
  'a guest that QEMU did not compute for is starved, not hung, until its patience is out',
  [fc.double({min: 0, max: 14.99, noNaN: true}), seconds],
  (t, silent, computed) => {
    t.false(isHung({seconds: silent, cpuSeconds: Math.min(silent, computed)}, limits));
  },
);

test('a guest that computes in silence is hung; so is one that sleeps for ever', (t) => {
  t.true(isHung({seconds: 6.1, cpuSeconds: 6}, limits));
  t.true(isHung({seconds: 15, cpuSeconds: 0}, limits));
});

test('the seconds of a process that computes grow, those of one that sleeps do not', async (t) => {
  const busy = spawn('sh', ['-c', 'while :; do :; done']);
  const idle = spawn('sleep', ['60']);
  t.teardown(() => {
    busy.kill('SIGKILL');
    idle.kill('SIGKILL');
  });
  await new Promise((resolve) => setTimeout(resolve, 1500));
  t.true((cpuSeconds(busy.pid ?? 0) ?? 0) > 0.1);
  t.true((cpuSeconds(idle.pid ?? 0) ?? 1) < 0.1);
  busy.kill('SIGKILL');
  await once(busy, 'close');
  t.is(cpuSeconds(busy.pid ?? 0), undefined);
});
