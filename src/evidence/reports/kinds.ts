// SPDX-License-Identifier: MIT
import type {ReportKind} from './report.ts';

/** What the first line of a report says. */
export interface Illness {
  readonly kind: ReportKind;
  /** What is wrong, without where. */
  readonly title: string;
  /** Whether the title is all there is to say: where does not belong to it. */
  readonly whole: boolean;
  /** Whether its trace has no header. */
  readonly bare: boolean;
  /** The function that the line itself names: instead of the trace's, or where there is no trace. */
  readonly function?: string | undefined;
  readonly fallback?: string | undefined;
  /** `file:line`. */
  readonly place?: string | undefined;
}

/**
 * A first line of a report. `$1` in a title is what its pattern's first group found; the groups `function`, `at`
 * and `place` say where.
 */
type Row = readonly [
  kind: ReportKind,
  pattern: RegExp,
  title: string,
  ...traits: readonly ('whole' | 'bare')[],
];

const at = String.raw`(?<at>[\w.]+)(?:\+0x\S+)?`;
const place = String.raw`(?<place>[\w./-]+\.[chS]:\d+)`;
const row = (text: string): RegExp => new RegExp(text);

/** The first that matches counts. Files: where the kernel's source has the words. */
const rows: readonly Row[] = [
  // kernel/panic.c
  ['panic', /Kernel panic - not syncing: (stack-protector: .* in): (\w+)/, 'kernel panic: $1 $2', 'whole'],
  ['panic', /Kernel panic - not syncing: (.*)/, 'kernel panic: $1', 'whole'],

  // mm/kasan, mm/kfence, kernel/kcsan, lib/ubsan.c, mm/kmemleak.c, mm/slub.c
  ['sanitizer', row(`BUG: KASAN: ([\\w-]+) in ${at}`), 'KASAN: $1'],
  [
    'sanitizer',
    row(`BUG: KCSAN: ([\\w-]+) in (?<function>\\w+) / (\\w+)`),
    'KCSAN: $1 in $2 / $3',
    'whole',
    'bare',
  ],
  ['sanitizer', row(`BUG: KCSAN: ([\\w-]+) in ${at}`), 'KCSAN: $1', 'bare'],
  ['sanitizer', row(`BUG: KFENCE: ([\\w -]+?) in ${at}`), 'KFENCE: $1', 'bare'],
  ['sanitizer', row(`UBSAN: ([\\w-]+) in ${place}`), 'UBSAN: $1'],
  ['sanitizer', /kmemleak: \d+ new suspected memory leaks/, 'memory leak'],
  ['sanitizer', /unreferenced object 0x[0-9a-f]+ \(size \d+\)/, 'memory leak', 'bare'],
  ['sanitizer', /^BUG [\w-]+ \([^)]*\): (.*)/, 'slab: $1'],
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
  ['lockdep', /\[ BUG: (.*) \]/, '$1'],
  ['lockdep', /(DEBUG_LOCKS_WARN_ON)\(/, '$1'],
  ['lockdep', row(`BUG: (sleeping function called from invalid context) at ${place}`), '$1'],
  [
    'lockdep',
    /BUG: (sleeping function called from invalid context|scheduling while atomic|spinlock (?:[a-z/]+ )*?[a-z/]+(?= on CPU))/,
    '$1',
  ],
  ['lockdep', /DEBUG_LOCKS_WARN|BUG: sleeping function called|INFO: possible/, '$&'],

  // kernel/watchdog.c, kernel/rcu/tree_stall.h, kernel/hung_task.c, kernel/workqueue.c
  ['hang', /INFO: task .* blocked for more than/, 'task hung'],
  ['hang', /soft lockup/, 'soft lockup'],
  ['hang', /hard LOCKUP/, 'hard LOCKUP'],
  ['hang', /rcu.*(detected stalls|self-detected stall|detected expedited stalls)/, 'rcu stall'],
  ['hang', /BUG: (workqueue lockup)/, '$1'],

  // arch/x86, arch/arm64, mm
  ['oops', row(`kernel BUG at ${place}!`), 'kernel BUG'],
  // Without CONFIG_DEBUG_BUGVERBOSE: the function that it names may be the one before.
  ['oops', /Kernel BUG at \S+ (?:\[[\w-]+\] )?\[verbose debug info unavailable\]/, 'kernel BUG'],
  ['oops', /(usercopy: Kernel memory \w+ attempt detected)/, '$1'],
  ['oops', /BUG: (\w+ stack guard page was hit)/, '$1'],
  [
    'oops',
    /BUG: (kernel NULL pointer dereference|unable to handle page fault|Bad page (state|map|cache)|Bad rss-counter)/,
    'BUG: $1',
  ],
  ['oops', /Oops: ([A-Za-z][\w -]*\w)/, '$1'],
  ['oops', /(PANIC: double fault|general protection fault)/, '$1'],
  ['oops', /(Unable to handle kernel .*?) at virtual address/, '$1'],
  ['oops', /Internal error: (Oops - [\w ]+\w|[\w -]+\w)/, 'Internal error: $1'],
  ['oops', /Insufficient stack space to handle exception/, 'kernel stack overflow'],
  ['oops', /(\bBUG: .*|Oops\b.*\[#\d|Unable to handle kernel.*|Internal error: .*|kernel BUG at .*)/, '$1'],

  // lib/refcount.c, lib/list_debug.c, lib/debugobjects.c, kernel/dma/debug.c, lib/string_helpers.c
  ['warning', /(refcount_t: .*?)\.?$/, '$1'],
  ['warning', /(list_(?:add|del) (?:corruption|double add))/, '$1'],
  ['warning', /(ODEBUG: .*?) \(active state .* object type: (\w+)/, '$1 $2'],
  [
    'warning',
    /DMA-API: (\S+) \S+: (device driver has pending DMA allocations while released from device)/,
    'DMA-API: $2 ($1)',
    'whole',
  ],
  [
    'warning',
    /DMA-API: (?!preallocated |debugging |Mapped at)(?:\S+ \S+: )?(.*?)(?: ?\[.*)?$/,
    'DMA-API: $1',
  ],
  ['warning', /(\b\w{1,64}: detected (?:buffer overflow|field-spanning write))/, '$1'],
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

/** Lines that repeat what somebody else has said. */
const quoting =
  /^(Kernel command line|Command line|Unknown kernel command line parameters|User command line)\b/i;

/** More of a line than this is not read: a guest's output is hostile, and patterns take long for long lines. */
const longestLine = 1000;

/** What a line says of a kernel's ill health; undefined for nothing. */
export function illnessOf(whole: string): Illness | undefined {
  const line = whole.slice(0, longestLine);
  if (quoting.test(line)) return undefined;
  for (const [kind, pattern, title, ...traits] of rows) {
    const match = pattern.exec(line);
    if (match === null) continue;
    const {function: named, at: fallback, place: where} = match.groups ?? {};
    return {
      kind,
      title: withoutNumbers(
        title.replaceAll(/\$([&\d])/g, (_, group: string) => match[group === '&' ? 0 : Number(group)] ?? ''),
      ),
      whole: traits.includes('whole'),
      bare: traits.includes('bare'),
      function: named,
      fallback,
      place: where,
    };
  }
  return undefined;
}

/** What differs from boot to boot: addresses, numbers of tasks and CPUs, offsets in functions. */
export function withoutNumbers(title: string): string {
  return (
    title
      .replaceAll(/\+0x[0-9a-f]+\/0x[0-9a-f]+/g, '')
      .replaceAll(/\b0x[0-9a-f]+\b|\b[0-9a-f]{8,}\b/g, '…')
      // But not in the address of a PCI function: that is the topology's.
      .replaceAll(/(?<![:.\d])\b\d{2,}\b(?!:[\da-f]{2}[:.])/g, 'N')
      .replaceAll(/\s+/g, ' ')
      .trim()
      .slice(0, 200)
  );
}
