// SPDX-License-Identifier: MIT
import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, rmdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {servedBetween, type ThreadSample} from '../../src/guest/scheduling.ts';
import {GuestClock, tickMs} from '../../src/guest/work-clock.ts';

function started(
  t: ExecutionContext,
  command: string,
  args: readonly string[],
): ChildProcess & {pid: number} {
  const child = spawn(command, args, {stdio: 'ignore'});
  t.teardown(() => {
    child.kill('SIGKILL');
  });
  return Object.assign(child, {pid: child.pid ?? 0});
}

const spins = ['-c', 'while :; do :; done'] as const;

/** Lets a clock tick for a while, and returns what of the time counted, and what was lost. */
async function observed(clock: GuestClock, milliseconds: number): Promise<{counted: number; lost: number}> {
  clock.tick();
  const before = {counted: clock.now(), lost: clock.lost()};
  const begin = performance.now();
  while (performance.now() - begin < milliseconds) {
    await delay(tickMs);
    clock.tick();
  }
  return {counted: clock.now() - before.counted, lost: clock.lost() - before.lost};
}

test.serial('all of the time counts in which a process sleeps by its own choice', async (t) => {
  const {pid} = started(t, 'sleep', ['100']);
  const clock = new GuestClock(pid);
  const {counted, lost} = await observed(clock, 2000);
  t.true(counted > 1500, `${counted} counted, ${lost} lost`);
  t.true(lost < counted / 3, `${counted} counted, ${lost} lost`);
  t.true(clock.cpu() < 200);
});

test.serial('none of the time counts in which a process is stopped', async (t) => {
  for (const args of [spins, ['-c', 'sleep 100; :']] as const) {
    const {pid} = started(t, 'sh', args);
    await delay(300);
    const clock = new GuestClock(pid);
    process.kill(pid, 'SIGSTOP');
    await delay(50);
    const {counted, lost} = await observed(clock, 2000);
    t.true(counted < 300, `${counted} counted, ${lost} lost`);
    t.true(lost > 1500, `${counted} counted, ${lost} lost`);
  }
});

test.serial('a process that others keep from the CPU is charged with what it got only', async (t) => {
  const pinned = (): ChildProcess & {pid: number} => started(t, 'taskset', ['-c', '0', 'sh', ...spins]);
  const others = Array.from({length: 4}, pinned);
  const {pid} = pinned();
  await delay(500);
  const clock = new GuestClock(pid);
  const {counted, lost} = await observed(clock, 3000);
  for (const other of others) other.kill('SIGKILL');
  // One fifth, and as much of the machine's other work as there is.
  t.true(counted < 1500, `${counted} counted, ${lost} lost`);
  t.true(lost > 1500, `${counted} counted, ${lost} lost`);
  t.true(Math.abs(clock.cpu() - counted) < 700, `${clock.cpu()} of CPU time, ${counted} counted`);
});

/** A group of processes that may have so much of a CPU: cgroup v1 or v2, whichever the host has. */
function throttled(t: ExecutionContext, pid: number): boolean {
  const name = `p2plab-test-${process.pid}`;
  for (const [root, file, words] of [
    ['/sys/fs/cgroup/cpu', 'cpu.cfs_quota_us', '5000'],
    ['/sys/fs/cgroup', 'cpu.max', '5000 100000'],
  ] as const) {
    const folder = path.join(root, name);
    try {
      mkdirSync(folder);
      t.teardown(async () => {
        process.kill(pid, 'SIGKILL');
        // A process that may run for a twentieth of the time takes a while to end.
        await delay(1000);
        rmdirSync(folder);
      });
      if (!existsSync(path.join(folder, file))) continue;
      writeFileSync(path.join(folder, file), words);
      writeFileSync(path.join(folder, 'cgroup.procs'), String(pid));
      return true;
    } catch {
      // This host does not let us.
    }
  }
  return false;
}

test.serial('nor is one that a group limits to a twentieth of a CPU', async (t) => {
  const {pid} = started(t, 'sh', spins);
  if (!throttled(t, pid)) {
    t.pass('this host has no cgroups that we may use');
    return;
  }
  await delay(300);
  const {counted, lost} = await observed(new GuestClock(pid), 3000);
  t.true(counted < 800, `${counted} counted, ${lost} lost`);
  t.true(lost > 2000, `${counted} counted, ${lost} lost`);
});

test('a clock that nobody could look at counts no more than two ticks', async (t) => {
  const {pid} = started(t, 'sleep', ['100']);
  const clock = new GuestClock(pid);
  clock.tick();
  const before = clock.now();
  // As in a lab that was stopped: nothing of it runs.
  spawnSync('sleep', ['1.5']);
  clock.tick();
  t.true(clock.now() - before <= 2 * tickMs + 1, `${clock.now() - before}`);
  t.true(clock.lostWithin(10_000) > 900, `${clock.lostWithin(10_000)}`);
  await delay(1);
});

test('the thread that fares worst counts, and a wait that is over is in its sum', (t) => {
  const thread = (state: string, ran: number, waited: number, turns: number): ThreadSample => ({
    ...{state, ran, waited, turns},
  });
  const between = (before: ThreadSample, after: ThreadSample): number =>
    servedBetween(
      new Map([
        [1, thread('S', 0, 0, 0)],
        [2, before],
      ]),
      new Map([
        [1, thread('S', 0, 0, 0)],
        [2, after],
      ]),
      250,
    ).starvedMs;
  t.is(between(thread('S', 0, 0, 1), thread('S', 0, 0, 1)), 0);
  t.is(between(thread('R', 0, 0, 1), thread('R', 0, 0, 1)), 250);
  t.is(between(thread('D', 0, 0, 1), thread('D', 0, 0, 1)), 250);
  t.is(between(thread('R', 0, 0, 1), thread('R', 250, 0, 1)), 0);
  t.is(between(thread('R', 0, 0, 1), thread('R', 100, 150, 9)), 150);
  t.is(between(thread('S', 0, 0, 1), thread('T', 0, 0, 1)), 250);
});
