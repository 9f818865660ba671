// SPDX-License-Identifier: MIT
import {globSync, readFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {type KernelReport, kernelReports, wordsOnPeers} from '../../src/evidence/kernel-log.ts';

/** The ends of consoles of real guests that were made ill on purpose, and whole logs of healthy ones. */
const folder = path.join(import.meta.dirname, 'golden/consoles');

function recorded(name: string): string {
  return readFileSync(path.join(folder, `${name}.txt`), 'utf8');
}

const ill: Readonly<Record<string, readonly (readonly [KernelReport['kind'], RegExp])[]>> = {
  panics: [['panic', /^Kernel panic - not syncing: sysrq triggered crash$/]],
  oops: [
    ['oops', /^BUG: kernel NULL pointer dereference, address: 0000000000000000$/],
    ['panic', /^Kernel panic - not syncing: Fatal exception$/],
  ],
  bug: [
    ['oops', /^Kernel BUG at ailing_init\+0x/],
    ['panic', /^Kernel panic - not syncing: Fatal exception$/],
  ],
  warn: [['warning', /^WARNING: CPU: 0 PID: \d+ at ailing_init\+/]],
  stall: [['hang', /^watchdog: BUG: soft lockup - CPU#0 stuck for \d+s! \[insmod:\d+\]$/]],
  blocked: [['hang', /^INFO: task insmod:\d+ blocked for more than 1 seconds\.$/]],
  // What sysrq-w prints was asked for.
  sleep: [],
  // With the variant debug.
  'use-after-free': [['sanitizer', /^BUG: KASAN: slab-use-after-free in ailing_init\+/]],
  atomic: [['lockdep', /^BUG: sleeping function called from invalid context at .*ailing\.c:\d+$/]],
  rcu: [
    ['lockdep', /^WARNING: suspicious RCU usage$/],
    ['lockdep', /^BUG: sleeping function called from invalid context at /],
  ],
  deadlock: [['lockdep', /^WARNING: possible circular locking dependency detected$/]],
  dma: [
    ['warning', /^DMA-API: pci 0000:00:00\.0: device driver tries to free DMA memory it has not allocated/],
  ],
};

for (const [name, expected] of Object.entries(ill)) {
  test(`the console of a guest: ${name}`, (t) => {
    const reports = kernelReports(recorded(name));
    t.deepEqual(
      reports.map(({kind}) => kind),
      expected.map(([kind]) => kind),
    );
    for (const [index, [, line]] of expected.entries()) t.regex(reports[index]?.line ?? '', line);
  });
}

test('a healthy guest has nothing to report, whatever words it uses', (t) => {
  const names = globSync('healthy-*.txt', {cwd: folder});
  t.true(names.length >= 2);
  for (const name of names) {
    const log = recorded(path.basename(name, '.txt'));
    t.regex(log, /Linux version/);
    t.deepEqual(kernelReports(log), [], name);
  }
});

test('what a checker says of itself is no report', (t) => {
  t.regex(recorded('healthy-debug'), /DMA-API: preallocated \d+ debug entries/);
  t.regex(recorded('healthy-debug'), /DMA-API: debugging enabled by kernel config/);
});

test('all of what was recorded is looked at', (t) => {
  t.deepEqual(
    globSync('*.txt', {cwd: folder})
      .map((name) => path.basename(name, '.txt'))
      .filter((name) => !name.startsWith('healthy-'))
      .toSorted(),
    Object.keys(ill).toSorted(),
  );
});

// The first lines of reports that the lab's kernels of today are not configured for, as the kernel's source
// words them: mm/kasan/report.c, lib/ubsan.c, kernel/locking/lockdep.c, kernel/rcu/tree_stall.h, …
const words: readonly (readonly [KernelReport['kind'], string])[] = [
  ['sanitizer', 'BUG: KASAN: slab-use-after-free in p2pdma_map+0x1c/0x80'],
  ['sanitizer', 'BUG: KCSAN: data-race in a / b'],
  ['sanitizer', 'BUG: KFENCE: out-of-bounds read in test+0x0/0x10'],
  ['sanitizer', 'UBSAN: shift-out-of-bounds in drivers/pci/p2pdma.c:12:3'],
  ['sanitizer', 'kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)'],
  ['lockdep', 'WARNING: possible circular locking dependency detected'],
  ['lockdep', 'WARNING: possible recursive locking detected'],
  ['lockdep', 'WARNING: inconsistent lock state'],
  ['lockdep', 'WARNING: suspicious RCU usage'],
  ['lockdep', 'BUG: sleeping function called from invalid context at mm/slab.h:123'],
  ['lockdep', 'BUG: scheduling while atomic: insmod/48/0x00000002'],
  ['hang', 'rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:'],
  ['hang', 'rcu: INFO: rcu_sched self-detected stall on CPU'],
  ['hang', 'watchdog: Watchdog detected hard LOCKUP on cpu 0'],
  ['oops', 'general protection fault, probably for non-canonical address 0xdead000000000100: 0000 [#1] SMP'],
  ['oops', 'Unable to handle kernel NULL pointer dereference at virtual address 0000000000000000'],
  ['oops', 'Internal error: Oops: 0000000096000045 [#1] SMP'],
  ['warning', 'refcount_t: underflow; use-after-free.'],
  ['warning', 'DMA-API: nvme 0000:03:00.0: device driver frees DMA memory with wrong function'],
];

test('each kind of report is called what it is, with any prefix that a console gives it', (t) => {
  for (const [kind, line] of words) {
    for (const prefix of [
      '',
      '[    1.234567] ',
      '[    1.234567][   T48] ',
      '[   12.000001] [C0] ',
      '<4>[    0.1] ',
    ]) {
      t.deepEqual(
        kernelReports(`before\n${prefix}${line}\r\nafter`).map((report) => [report.kind, report.line]),
        [[kind, line]],
        prefix,
      );
    }
  }
});

test('an excerpt is the report and what follows it, but not all of a hostile log', (t) => {
  const log = `${'x\n'.repeat(10)}WARNING: CPU: 0 PID: 1 at here\n${'y\n'.repeat(1000)}`;
  const [report] = kernelReports(log);
  t.is(report?.excerpt.split('\n').length, 40);
  t.true(report?.excerpt.startsWith('WARNING: CPU: 0'));
});

test('of peers a kernel says why it refused, not what it has', (t) => {
  const says = wordsOnPeers(recorded('healthy-refused'));
  t.true(says.some((line) => line.includes('do not share an upstream bridge')));
  t.false(says.some((line) => /^\[|added peer-to-peer/.test(line)));
});

test('what KUnit made up is no word on peers', (t) => {
  const log = [
    '[    1.3] KTAP version 1',
    '[    1.3] pci test-far: cannot be used for peer-to-peer DMA as the client and provider do not share',
    '[    1.3]     ok 1 p2pdma_test_range',
    '[    1.4] ok 1 pci_p2pdma',
    '[    2.7] e1000e 0000:05:00.0: peer-to-peer DMA to 0000:04:00.0 at 0xfc010000+0x400 refused: no path',
  ].join('\n');
  t.deepEqual(wordsOnPeers(log), [
    'e1000e 0000:05:00.0: peer-to-peer DMA to 0000:04:00.0 at 0xfc010000+0x400 refused: no path',
  ]);
});

test('a KUnit test that fails at boot speaks against its kernel, and says where', (t) => {
  const log = [
    '[    1.3] KTAP version 1',
    '[    1.3]     KTAP version 1',
    '[    1.3]     # Subtest: pci_p2pdma',
    '[    1.3]     ok 1 p2pdma_test_range',
    '[    1.3]     # p2pdma_test_page: EXPECTATION FAILED at drivers/pci/p2pdma_test.c:120',
    '[    1.3]     Expected type == 3, but',
    '[    1.3]     not ok 2 p2pdma_test_page',
    '[    1.4] # pci_p2pdma: pass:1 fail:1 skip:0 total:2',
    '[    1.4] not ok 1 pci_p2pdma',
  ];
  const reports = kernelReports(log.join('\n'));
  t.deepEqual(
    reports.map(({kind, line}) => `${kind}: ${line}`),
    ['kunit: # p2pdma_test_page: EXPECTATION FAILED at drivers/pci/p2pdma_test.c:120'],
  );
  t.like(kernelReports(log.slice(-1).join('\n')), [{kind: 'kunit', line: 'not ok 1 pci_p2pdma'}]);
  t.deepEqual(kernelReports(log.slice(0, 4).join('\n')), []);
});
