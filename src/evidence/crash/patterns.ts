// SPDX-License-Identifier: MIT
import type {ReportKind} from '../../spec/report-kind.ts';
import {withoutNumbers} from './title.ts';

/** The types of crashes, each with the kind of report that it is. */
const crashTypes = {
  'stack-protector': 'panic',
  panic: 'panic',
  kasan: 'sanitizer',
  kcsan: 'sanitizer',
  kfence: 'sanitizer',
  ubsan: 'sanitizer',
  'memory-leak': 'sanitizer',
  slab: 'sanitizer',
  sanitizer: 'sanitizer',
  lockdep: 'lockdep',
  'debug-locks': 'lockdep',
  'atomic-sleep': 'lockdep',
  spinlock: 'lockdep',
  'hung-task': 'hang',
  'soft-lockup': 'hang',
  'hard-lockup': 'hang',
  'rcu-stall': 'hang',
  'workqueue-lockup': 'hang',
  // Stacks that the kernel or QEMU shows when it is asked to: they have no first line of their own.
  'task-blocked': 'hang',
  'cpu-stuck': 'hang',
  bug: 'oops',
  usercopy: 'oops',
  'stack-overflow': 'oops',
  'bad-access': 'oops',
  'bad-page': 'oops',
  'preemptible-cpu': 'oops',
  oops: 'oops',
  'double-fault': 'oops',
  'general-protection-fault': 'oops',
  'internal-error': 'oops',
  'other-bug': 'oops',
  refcount: 'warning',
  'list-corruption': 'warning',
  odebug: 'warning',
  'dma-api': 'warning',
  fortify: 'warning',
  warning: 'warning',
  kunit: 'kunit',
} as const satisfies Readonly<Record<string, ReportKind>>;

export type CrashType = keyof typeof crashTypes;

/** How a guest ends after a line on its console. */
export type GuestEnd = 'panic' | 'oops' | 'hang';

/** What the first line of a report says. */
export interface Illness {
  readonly type: CrashType;
  readonly kind: ReportKind;
  /** What is wrong, without where. */
  readonly title: string;
  /** Whether the title is all there is to say: where does not belong to it. */
  readonly whole: boolean;
  /** Whether its trace has no header. */
  readonly bare: boolean;
  /** What the kernel does not survive; undefined if it goes on. */
  readonly ends?: GuestEnd | undefined;
  /** Whether the kernel complains about time that passed: the host may have withheld it. */
  readonly timed: boolean;
  /** The function that the line itself names: instead of the trace's, or where there is no trace. */
  readonly function?: string | undefined;
  readonly fallback?: string | undefined;
  /** `file:line`. */
  readonly place?: string | undefined;
}

/** `ends:…` is how the guest ends; for the others see {@link Illness}. */
type Trait = 'whole' | 'bare' | 'timed' | `ends:${GuestEnd}`;

/**
 * A first line of a report. `$1` in a title is what its pattern's first group found; the groups `function`, `at`
 * and `place` say where.
 */
type Row = readonly [type: CrashType, pattern: RegExp, title: string, ...traits: readonly Trait[]];

const at = String.raw`(?<at>[\w.]+)(?:\+0x\S+)?`;
const place = String.raw`(?<place>[\w./-]+\.[chS]:\d+)`;
const row = (text: string): RegExp => new RegExp(text);

/** The first that matches counts. Files: where the kernel's source has the words. */
const rows: readonly Row[] = [
  // kernel/panic.c
  [
    'stack-protector',
    /Kernel panic - not syncing: (stack-protector: .* in): (\w+)/,
    'kernel panic: $1 $2',
    'whole',
    'ends:panic',
  ],
  ['panic', /Kernel panic - not syncing: (.*)/, 'kernel panic: $1', 'whole', 'ends:panic'],

  // mm/kasan, mm/kfence, kernel/kcsan, lib/ubsan.c, mm/kmemleak.c, mm/slub.c
  ['kasan', row(`BUG: KASAN: ([\\w-]+) in ${at}`), 'KASAN: $1'],
  [
    'kcsan',
    row(`BUG: KCSAN: ([\\w-]+) in (?<function>\\w+) / (\\w+)`),
    'KCSAN: $1 in $2 / $3',
    'whole',
    'bare',
  ],
  ['kcsan', row(`BUG: KCSAN: ([\\w-]+) in ${at}`), 'KCSAN: $1', 'bare'],
  ['kfence', row(`BUG: KFENCE: ([\\w -]+?) in ${at}`), 'KFENCE: $1', 'bare'],
  ['ubsan', row(`UBSAN: ([\\w-]+) in ${place}`), 'UBSAN: $1'],
  ['memory-leak', /kmemleak: \d+ new suspected memory leaks/, 'memory leak'],
  ['memory-leak', /unreferenced object 0x[0-9a-f]+ \(size \d+\)/, 'memory leak', 'bare'],
  ['slab', /^BUG [\w-]+ \([^)]*\): (.*)/, 'slab: $1'],
  ['sanitizer', /\b(KASAN|KCSAN|KMSAN|UBSAN|KFENCE): (.*)/, '$1: $2'],

  // kernel/locking, kernel/rcu, kernel/sched/core.c
  [
    'lockdep',
    /WARNING: (possible .*?|inconsistent lock state|suspicious RCU usage|bad unlock balance|held lock freed|[\w-]+-safe -> [\w-]+-unsafe lock order)( detected)?!?$/,
    '$1',
  ],
  ['lockdep', /WARNING: (lock held when returning to user space|Nested lock was not taken)/, '$1', 'whole'],
  [
    'lockdep',
    /possible (circular locking|recursive locking|irq lock inversion)|inconsistent lock state|suspicious RCU usage/,
    '$&',
  ],
  ['lockdep', /INFO: (trying to register non-static key)/, '$1'],
  ['lockdep', /\[ BUG: (.*) \]/, '$1', 'ends:oops'],
  ['debug-locks', /(DEBUG_LOCKS_WARN_ON)\(/, '$1'],
  ['atomic-sleep', row(`BUG: (sleeping function called from invalid context) at ${place}`), '$1'],
  ['atomic-sleep', /BUG: (sleeping function called from invalid context|scheduling while atomic)/, '$1'],
  ['spinlock', /BUG: (spinlock (?:[a-z/]+ )*?[a-z/]+(?= on CPU))/, '$1', 'ends:oops'],
  ['debug-locks', /DEBUG_LOCKS_WARN|BUG: sleeping function called|INFO: possible/, '$&'],

  // kernel/watchdog.c, kernel/rcu/tree_stall.h, kernel/hung_task.c, kernel/workqueue.c
  ['hung-task', /INFO: task .* blocked for more than/, 'task hung', 'timed'],
  ['soft-lockup', /soft lockup/, 'soft lockup', 'timed', 'ends:hang'],
  ['hard-lockup', /hard LOCKUP/, 'hard LOCKUP', 'timed', 'ends:hang'],
  ['rcu-stall', /rcu.*(detected stalls|self-detected stall|detected expedited stalls)/, 'rcu stall', 'timed'],
  ['workqueue-lockup', /BUG: (workqueue lockup)/, '$1', 'timed', 'ends:oops'],

  // arch/x86, arch/arm64, mm
  ['bug', row(`kernel BUG at ${place}!`), 'kernel BUG', 'ends:oops'],
  // Without CONFIG_DEBUG_BUGVERBOSE: the function that it names may be the one before.
  ['bug', /Kernel BUG at \S+ (?:\[[\w-]+\] )?\[verbose debug info unavailable\]/, 'kernel BUG', 'ends:oops'],
  ['usercopy', /(usercopy: Kernel memory \w+ attempt detected)/, '$1'],
  ['stack-overflow', /BUG: (\w+ stack guard page was hit)/, '$1', 'ends:oops'],
  [
    'bad-access',
    /BUG: (kernel NULL pointer dereference|unable to handle page fault)/,
    'BUG: $1',
    'ends:oops',
  ],
  ['bad-page', /BUG: (Bad page (state|map|cache)|Bad rss-counter)/, 'BUG: $1', 'ends:oops'],
  // lib/smp_processor_id.c
  ['preemptible-cpu', /(\bBUG: using \w+\(\) in preemptible.*)/, '$1'],
  ['oops', /Oops: ([A-Za-z][\w -]*\w)/, '$1', 'ends:oops'],
  ['double-fault', /(PANIC: double fault)/, '$1'],
  ['general-protection-fault', /(general protection fault)/, '$1', 'ends:oops'],
  ['bad-access', /(Unable to handle kernel .*?) at virtual address/, '$1', 'ends:oops'],
  ['internal-error', /Internal error: (Oops - [\w ]+\w|[\w -]+\w)/, 'Internal error: $1', 'ends:oops'],
  ['stack-overflow', /Insufficient stack space to handle exception/, 'kernel stack overflow'],
  [
    'other-bug',
    /(\bBUG: .*|Oops\b.*\[#\d|Oops: .*|Unable to handle kernel.*|Internal error: .*|[Kk]ernel BUG at .*)/,
    '$1',
    'ends:oops',
  ],

  // lib/refcount.c, lib/list_debug.c, lib/debugobjects.c, kernel/dma/debug.c, lib/string_helpers.c
  ['refcount', /(refcount_t: .*?)\.?$/, '$1'],
  ['list-corruption', /(list_(?:add|del) (?:corruption|double add))/, '$1'],
  ['odebug', /(ODEBUG: .*?) \(active state .* object type: (\w+)/, '$1 $2'],
  [
    'dma-api',
    /DMA-API: (\S+) \S+: (device driver has pending DMA allocations while released from device)/,
    'DMA-API: $2 ($1)',
    'whole',
  ],
  [
    'dma-api',
    /DMA-API: (?!preallocated |debugging |Mapped at)(?:\S+ \S+: )?(.*?)(?: ?\[.*)?$/,
    'DMA-API: $1',
  ],
  ['fortify', /(\b\w{1,64}: detected (?:buffer overflow|field-spanning write))/, '$1'],
  ['warning', row(`WARNING: CPU: \\d+ PID: \\d+ at ${place} ${at}`), 'WARNING'],
  ['warning', row(`WARNING: CPU: \\d+ PID: \\d+ at ${at}`), 'WARNING'],
  ['warning', /WARNING: (CPU: |at )/, 'WARNING'],

  // lib/kunit: of tests that ran at boot assert.c says where, the result line only which.
  [
    'kunit',
    row(`^\\s*# (?<function>[^\\s:]+).*: (?:EXPECTATION|ASSERTION) FAILED at ${place}`),
    'KUnit test failed',
  ],
  ['kunit', /^\s*# (?<function>[^\s:]+).*: (EXPECTATION|ASSERTION) FAILED at /, 'KUnit test failed'],
  ['kunit', /^\s*not ok \d+ (?<function>[^\s#]+)?/, 'KUnit test failed'],
];

/** Matches what any of the rows does, at a fraction of the cost: almost no line of a console is a report's. */
const anyRow = new RegExp(rows.map(([, {source}]) => source.replaceAll(/\(\?<\w+>/g, '(?:')).join('|'));

/** The last line of a report. */
export const endOfReport = /---\[ end (trace|Kernel panic)/;

/** Lines of a report that name functions and modules: it is shown as a report, and none of it is a reason. */
export const lineOfReport =
  /^\s*(?:\? )?[\w.$]+\+0x[0-9a-f]+\/0x|^(?:RIP|pc |lr )\s*:|^(?:Modules linked in|Workqueue|CPU|WARNING|BUG|Oops|note|task):|[Kk]ernel BUG at/;

/** Lines that repeat what somebody else has said. */
const quoting =
  /^(Kernel command line|Command line|Unknown kernel command line parameters|User command line)\b/i;

/** More of a line than this is not read: a guest's output is hostile, and patterns take long for long lines. */
const longestLine = 1000;

const ends: readonly GuestEnd[] = ['panic', 'oops', 'hang'];

/** What a line says of a kernel's ill health; undefined for nothing. */
export function illnessOf(whole: string): Illness | undefined {
  const line = whole.slice(0, longestLine);
  if (!anyRow.test(line) || quoting.test(line)) return undefined;
  for (const [type, pattern, title, ...traits] of rows) {
    const match = pattern.exec(line);
    if (match === null) continue;
    const {function: named, at: fallback, place: where} = match.groups ?? {};
    return {
      type,
      kind: crashTypes[type],
      title: withoutNumbers(
        title.replaceAll(/\$([&\d])/g, (_, group: string) => match[group === '&' ? 0 : Number(group)] ?? ''),
      ),
      whole: traits.includes('whole'),
      bare: traits.includes('bare'),
      ends: ends.find((end) => traits.includes(`ends:${end}`)),
      timed: traits.includes('timed'),
      function: named,
      fallback,
      place: where,
    };
  }
  return undefined;
}
