// SPDX-License-Identifier: MIT

/** A table of Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Each once, in the order of their first. */
export function unique(words: readonly string[]): readonly string[] {
  return [...new Set(words)];
}

/** Groups in the order of their first members; none is empty. */
export function groupBy<T>(
  all: readonly T[],
  key: (one: T) => string,
): ReadonlyMap<string, readonly [T, ...T[]]> {
  const groups = new Map<string, [T, ...T[]]>();
  for (const one of all) {
    const group = groups.get(key(one));
    if (group === undefined) groups.set(key(one), [one]);
    else group.push(one);
  }
  return groups;
}
