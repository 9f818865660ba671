// SPDX-License-Identifier: MIT

/** A kernel that is made ill, and how. */
export interface Illness {
  readonly name: string;
  /** `baseline` as it is; `checked`: with all checkers at once; or a kernel that a series of ours has broken. */
  readonly kernel: 'baseline' | 'checked' | 'arm64' | 'broken-tests';
  /** Words for the kernel. */
  readonly words: string;
  /** What the guest does, for its shell. */
  readonly script: string;
}

const module = (how: string): string => `insmod /lib/modules/ailing.ko how=${how}`;
const lkdtm = (point: string): string => `echo ${point} >/sys/kernel/debug/provoke-crash/DIRECT`;

function all(
  kernel: Illness['kernel'],
  scripts: Readonly<Record<string, string>>,
  words = '',
): readonly Illness[] {
  return Object.entries(scripts).map(([name, script]) => ({name, kernel, words, script}));
}

const scanTwice =
  'echo scan >/sys/kernel/debug/kmemleak; sleep 6; echo scan >/sys/kernel/debug/kmemleak; sleep 1';
const quickWatchdog = 'echo 1 >/proc/sys/kernel/watchdog_thresh';
const noWatchdog = 'echo 0 >/proc/sys/kernel/watchdog';
const quickHungTask = 'echo 1 >/proc/sys/kernel/hung_task_timeout_secs';

/** All that is provoked. */
export const illnesses: readonly Illness[] = [
  ...all('baseline', {
    'null-dereference': module('oops'),
    'null-dereference-in-interrupt': module('interrupt-oops'),
    'null-call': module('call-null'),
    'kernel-bug': module('bug'),
    'general-protection': module('wild-address'),
    'page-fault': module('bad-address'),
    'user-address': module('user-address'),
    'divide-error': module('divide'),
    'double-fault': module('double-fault'),
    warning: module('warn'),
    'refcount-increment': module('refcount'),
    'refcount-underflow': module('underflow'),
    'panic-of-a-module': module('panic'),
    'panic-by-sysrq': 'echo c >/proc/sysrq-trigger',
    'panic-on-warning': `echo 1 >/proc/sys/kernel/panic_on_warn; ${module('warn')}`,
    'panic-of-soft-lockup': `${quickWatchdog}; echo 1 >/proc/sys/kernel/softlockup_panic; ${module('stall')}`,
    'panic-of-hung-task': `${quickHungTask}; echo 1 >/proc/sys/kernel/hung_task_panic; ${module('sleep')} & sleep 6`,
    'panic-of-rcu-stall': `${noWatchdog}; echo 1 >/proc/sys/kernel/panic_on_rcu_stall; ${module('rcu-stall')}`,
    'soft-lockup': `${quickWatchdog}; ${module('stall')}`,
    'hung-task': `${quickHungTask}; ${module('sleep')} & sleep 6`,
    'benign-allocation-failure': module('no-pages'),
    'benign-user-segfault': '/p2plab/segfault; sh -c "kill -SEGV \\$\\$"',
    'benign-shown-tasks': `${module('sleep')} & sleep 1; echo w >/proc/sysrq-trigger; sleep 1`,
    'benign-shown-cpus': 'echo l >/proc/sysrq-trigger; sleep 1',
    'benign-words': 'echo "nvme nvme0: panic? no BUG here, no Oops, and no WARNING" >/dev/kmsg',
  }),
  ...all(
    'baseline',
    {'rcu-stall-seen-by-itself': `${noWatchdog}; ${module('rcu-stall')}`},
    'rcupdate.rcu_cpu_stall_timeout=3',
  ),
  ...all(
    'baseline',
    {'rcu-stall-seen-by-others': `${noWatchdog}; taskset 1 ${module('deaf')}`},
    'rcupdate.rcu_cpu_stall_timeout=3',
  ),
  ...all('baseline', {'panic-of-init': ''}, 'rdinit=/bin/false'),
  ...all('baseline', {'panic-without-root': ''}, 'rdinit=/nothing'),
  ...all(
    'baseline',
    {'benign-command-line': 'true'},
    'whole panic=7 oops=panic p2plab.note="BUG:_unable_to_handle_kernel_paging" WARNING=1',
  ),
  ...all('arm64', {
    'arm64-null-dereference': module('oops'),
    'arm64-page-fault': module('bad-address'),
    'arm64-wild-address': module('wild-address'),
    'arm64-user-address': module('user-address'),
    'arm64-kernel-bug': module('bug'),
    'arm64-undefined-instruction': module('undefined'),
    'arm64-warning': module('warn'),
    'arm64-stack-overflow': module('stack'),
    'arm64-soft-lockup': `${quickWatchdog}; ${module('stall')}`,
    'arm64-panic-by-sysrq': 'echo c >/proc/sysrq-trigger',
    'arm64-hung-task': `${quickHungTask}; ${module('sleep')} & sleep 6`,
  }),
  ...all('broken-tests', {'kunit-failure': 'true'}, 'whole'),
  ...all('checked', {
    'stack-overflow': module('stack'),
    'checked-null-dereference': module('oops'),
    'checked-wild-address': module('wild-address'),
    'kasan-use-after-free': module('use-after-free'),
    'kasan-heap': module('heap-beyond'),
    'kasan-stack': module('stack-beyond'),
    'kasan-global': module('global-beyond'),
    'kasan-vmalloc': module('vmalloc-beyond'),
    'kasan-double-free': module('free-twice'),
    'kasan-invalid-free': module('free-middle'),
    'ubsan-shift': module('shift-beyond'),
    'ubsan-index': module('index-beyond'),
    'ubsan-bool': module('bool-beyond'),
    'list-corruption': module('list'),
    'list-corruption-deletion': lkdtm('CORRUPT_LIST_DEL'),
    'active-timer-freed': module('active-timer'),
    'bad-page': module('bad-page'),
    'fortified-copy': lkdtm('FORTIFY_MEM_OBJECT'),
    'fortified-member': lkdtm('FORTIFY_MEM_MEMBER'),
    'usercopy-of-slab': lkdtm('USERCOPY_SLAB_SIZE_TO'),
    'stack-protector': lkdtm('CORRUPT_STACK'),
    'write-to-read-only': lkdtm('WRITE_RO'),
    'executes-data': lkdtm('EXEC_DATA'),
    'lockdep-circular': module('deadlock'),
    'lockdep-recursive': module('recursion'),
    'lockdep-inconsistent-state': module('irq-state'),
    'lockdep-irq-inversion': module('irq-inversion'),
    'lockdep-irq-order': module('irq-order'),
    'lockdep-unbalanced-unlock': module('unbalanced'),
    'lockdep-held-lock-freed': module('freed-lock'),
    'lockdep-returning-to-user-space': module('kept-lock'),
    'lockdep-non-static-key': module('no-lock'),
    'lockdep-no-mutex': module('no-mutex'),
    'rcu-pointer': module('rcu-pointer'),
    'rcu-sleep': module('rcu'),
    'sleep-in-atomic': module('atomic'),
    'scheduling-while-atomic': module('schedule-atomic'),
    'dma-unknown': module('dma'),
    'dma-size': module('dma-size'),
    'dma-direction': module('dma-direction'),
    'dma-function': module('dma-function'),
    'dma-sync-beyond': module('dma-sync-beyond'),
    'dma-sync-unknown': module('dma-sync-unknown'),
    'dma-twice': module('dma-twice'),
    'dma-often': module('dma-often'),
    'dma-stack': module('dma-stack'),
    'dma-vmalloc': module('dma-vmalloc'),
    'dma-long': module('dma-long'),
    'dma-unchecked': module('dma-unchecked'),
    'dma-pending': module('dma-pending'),
    'hard-lockup': `${quickWatchdog}; taskset 1 ${module('deaf')}`,
  }),
  ...all('checked', {'slab-redzone': module('redzone')}, 'slub_debug=FZPU kasan.fault=report'),
  ...all('checked', {'kmemleak-object': `${module('leak')}; ${scanTwice}`}, 'kmemleak.verbose=1'),
  ...all('checked', {'kmemleak-count': `${module('leak')}; ${scanTwice}`}),
  ...all(
    'checked',
    {'workqueue-lockup': `${noWatchdog}; ${module('workqueue')}`},
    'workqueue.watchdog_thresh=2',
  ),
  ...all(
    'checked',
    {'kfence-use-after-free': `${lkdtm('KFENCE_READ_AFTER_FREE')}; sleep 2`},
    'kfence.sample_interval=50',
  ),
  ...all('checked', {'benign-checked-boot': 'true'}, 'whole'),
];
