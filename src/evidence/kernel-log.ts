// SPDX-License-Identifier: MIT

/** Something that a kernel says of itself when it is not well. */
export interface KernelReport {
  readonly kind: 'panic' | 'oops' | 'lockdep' | 'sanitizer' | 'hang' | 'warning' | 'kunit';
  /** The report's first line, without its time stamp. */
  readonly line: string;
  /** That line and what follows it, at most 40 lines. */
  readonly excerpt: string;
}

const kinds: readonly (readonly [KernelReport['kind'], RegExp])[] = [
  ['sanitizer', /\b(KASAN|KCSAN|KMSAN|UBSAN|KFENCE): |kmemleak: \d+ new/],
  [
    'lockdep',
    /possible (circular locking|recursive locking|irq lock inversion)|inconsistent lock state|suspicious RCU usage|DEBUG_LOCKS_WARN|BUG: sleeping function called|BUG: scheduling while atomic|INFO: possible/,
  ],
  [
    'hang',
    /INFO: task .* blocked for more than|soft lockup|hard LOCKUP|rcu.*detected stalls|self-detected stall/,
  ],
  [
    'oops',
    /BUG: |Oops: |Oops\b.*\[#\d|general protection fault|Unable to handle kernel|Internal error: |kernel BUG at /,
  ],
  [
    'warning',
    /WARNING: CPU: |WARNING: at |DMA-API: (?!preallocated |debugging )|refcount_t: |------------\[ cut here/,
  ],
  ['panic', /Kernel panic - not syncing/],
  // KTAP of tests that ran at boot: lib/kunit/assert.c says where, the result line only which.
  ['kunit', /^\s*# \S+: (EXPECTATION|ASSERTION) FAILED at |^\s*not ok \d+ /],
];

/** Strips `[    1.234567]` and what a caller or a CPU puts behind it. */
function message(line: string): string {
  return line
    .replace(/^<\d+>/, '')
    .replace(/^\[\s*\d+\.\d+\]\s?(\[\s*[TC]\d+\]\s)?/, '')
    .trimEnd();
}

/** The reports in a kernel's log, in order. A cut line and the warning that follows it are one. */
export function kernelReports(log: string): readonly KernelReport[] {
  const lines = log.split(/\r?\n/).map(message);
  const reports: KernelReport[] = [];
  let within = -1;
  for (const [index, line] of lines.entries()) {
    if (/---\[ end (trace|Kernel panic)/.test(line)) {
      within = -1;
      continue;
    }
    const kind = kinds.find(([, pattern]) => pattern.test(line))?.[0];
    if (kind === undefined || /cut here/.test(line)) continue;
    // What an oops prints on its way down belongs to it.
    if (index <= within && kind !== 'panic') continue;
    within = index + 40;
    reports.push({kind, line: line.trim(), excerpt: lines.slice(index, index + 40).join('\n')});
  }
  return reports;
}

/**
 * What a kernel says about peer-to-peer DMA: its own reasons. KUnit tests that ran at boot say much of
 * devices that they made up, so of a kernel that has some only what comes after their last result counts.
 */
export function wordsOnPeers(log: string): readonly string[] {
  const lines = log.split(/\r?\n/).map(message);
  const tested = lines.findLastIndex((line) => /^(not )?ok \d+ /.test(line));
  return lines
    .slice(tested + 1)
    .filter((line) => /peer-to-peer|p2pdma|P2P/.test(line) && !/added peer-to-peer DMA memory/.test(line))
    .slice(0, 20);
}
