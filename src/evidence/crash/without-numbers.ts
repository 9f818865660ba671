// SPDX-License-Identifier: MIT

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
