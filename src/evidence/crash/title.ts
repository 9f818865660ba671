// SPDX-License-Identifier: MIT

/**
 * Returns the title of a report: what is wrong, and where.
 * @param message the lines that were printed before its first line: WARN() prints its message there
 *   (kernel/panic.c, __warn_printk and __warn)
 * @param at the function that is to be looked at
 */
export function crashTitle(
  {type, title, whole}: {readonly type: string; readonly title: string; readonly whole: boolean},
  message: readonly string[],
  at: string | undefined,
): string {
  const text = message.map((line) => line.trim()).find((line) => line !== '');
  const what = type === 'warning' && text !== undefined ? `WARNING: ${withoutNumbers(text)}` : title;
  return at === undefined || whole ? what : `${what} in ${at}`;
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
