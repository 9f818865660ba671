// SPDX-License-Identifier: MIT
import './temporary-state.ts';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {fingerprintOf} from '../../src/results/fingerprint.ts';
import {machineOf, type Outcome, runOwn, withModule} from './lab.ts';

/** The machine may be busy with more than this test, and what it withholds from a guest is not counted against it. */
const limit = 300_000;

interface Illness {
  readonly scenario: string;
  readonly verdict: Outcome['verdict'];
  readonly reason: RegExp;
}

const crash = (scenario: string, reason: RegExp): Illness => ({scenario, verdict: 'crash', reason});

const illnesses: readonly Illness[] = [
  crash('panics', /^panic: kernel panic: sysrq triggered crash, in step 1 \(/),
  crash('ailing-oops', /^oops: BUG: kernel NULL pointer dereference in oops, in step 1 \(load ailing\)$/),
  crash('ailing-bug', /^oops: kernel BUG in bug(?: \([^)]*\))?, in step 1 \(load ailing\)$/),
  crash(
    'ailing-warn',
    /^warning: WARNING: ailing, as it was told in ailing_init(?: \([^)]*\))?, in step 1 \(load ailing\)$/,
  ),
  // What the kernel said is found, whatever has become of its log.
  crash(
    'log-evicted',
    /^warning: WARNING: ailing, as it was told in ailing_init(?: \([^)]*\))?, in step 1 \(run sh /,
  ),
  crash(
    'cannot-fork',
    /^warning: WARNING: ailing, as it was told in ailing_init(?: \([^)]*\))?, in step 2 \(run sh /,
  ),
  // What cannot be found out is no pass.
  {
    scenario: 'log-evicted-in-silence',
    verdict: 'error',
    reason:
      /^the kernel overwrote \d+ records of its log before they were read, and the console has \d+ of them/,
  },
  {
    scenario: 'cannot-fork-healthy',
    verdict: 'error',
    reason: /^the guest tool could not run "p2p copy .*": fork: EAGAIN$/,
  },
  crash(
    'ailing-lockup',
    /^hang: CPU stuck in .*, in step 1 \(load ailing\): no heartbeat for \d+ s, in which QEMU computed for \d+ s$/,
  ),
  crash(
    'ailing-halt',
    /^hang: .*, in step 1 \(load ailing\): no heartbeat for \d+ s, in which QEMU computed for [01] s$/,
  ),
  crash('ailing-stall', /^hang: soft lockup in stall, in step 2 \(load ailing\)$/),
  crash(
    'ailing-sleep',
    /^hang: insmod blocked in sleep.*, in step 1 \(load ailing\): load ailing: waited 3 s for "insmod .*: insmod \(PID \d+\) is blocked in \w+\(\) and has not run for 5 s$/,
  ),
  crash('ailing-blocked', /^hang: task hung in sleep, in step 1 \(/),
  // A command that is slow says nothing about the kernel.
  {
    scenario: 'never-ends',
    verdict: 'error',
    reason:
      /^run sleep 60: waited 2 s for "sleep 60" in the guest; the guest is alive and no task .* raise its `timeout:`\)$/,
  },
  crash('powers-off', /^exit: the guest ended by itself \(guest-shutdown\)$/),
  crash('resets', /^exit: the guest ended by itself \(guest-reset\)$/),
  // It is slow to answer, and that is all.
  {scenario: 'busy', verdict: 'error', reason: /proves nothing/},
];

for (const {scenario, verdict, reason} of illnesses) {
  test.serial(`${scenario}: ${verdict}`, async (t) => {
    t.timeout(1_800_000, 'building the kernel');
    const machine = await withModule(await machineOf('baseline'), 'modules/ailing');
    const outcome = await runOwn(machine, scenario);
    t.is(outcome.verdict, verdict, outcome.reason);
    t.regex(outcome.reason, reason);
    t.true(outcome.durationMs < limit, `it took ${outcome.durationMs} ms`);
    const console = await readFile(path.join(outcome.bundle, 'console.log'), 'utf8');
    t.regex(console, /Run \/init as init process/, 'the console is kept');
    // What the kernel has words for is kept, and its kind is told by them.
    const {report} = outcome;
    if (report === undefined) return;
    t.true(outcome.reason.startsWith(`${report.kind}: ${report.title}`));
    t.is(fingerprintOf(outcome)?.title, report.title);
    const kept = await readFile(path.join(outcome.bundle, 'report.txt'), 'utf8');
    t.true(kept.startsWith(report.title));
  });
}
