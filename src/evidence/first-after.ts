// SPDX-License-Identifier: MIT

/** Where in a list that is in the order of the trace the first entry behind an event is; its length if there is none. */
export function firstAfter(entries: readonly {readonly index: number}[], event: number): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.index ?? 0) > event) high = middle;
    else low = middle + 1;
  }
  return low;
}
