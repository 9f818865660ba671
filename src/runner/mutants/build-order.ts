// SPDX-License-Identifier: MIT
import {plain} from '../../spec/variant.ts';

/** What decides how much of a tree has to be compiled for a mutant. */
export interface Sortable {
  readonly name: string;
  readonly kernel: string;
  readonly variant: string;
  /** Whether the kernel itself is patched: a module is compiled beside it. */
  readonly patchesKernel: boolean;
  /** The files that its patches touch. */
  readonly files: readonly string[];
}

/**
 * Mutants in an order in which the one tree of a source changes least from each to the next: those of one
 * variant and one kernel together, first what leaves the kernel alone, then what touches the same files. Headers
 * come last: much is compiled anew for each, and again after it.
 */
export function inBuildOrder<T extends Sortable>(mutants: readonly T[]): readonly T[] {
  const key = ({name, kernel, variant, patchesKernel, files}: Sortable): readonly string[] => [
    variant === plain ? '' : variant,
    kernel === 'baseline' ? '' : kernel,
    patchesKernel ? '1' : '0',
    files.some((file) => file.endsWith('.h')) ? '1' : '0',
    files.toSorted().join(' '),
    name,
  ];
  return mutants
    .map((mutant) => ({mutant, key: key(mutant)}))
    .toSorted((a, b) => compare(a.key, b.key))
    .map(({mutant}) => mutant);
}

function compare(a: readonly string[], b: readonly string[]): number {
  for (const [index, part] of a.entries()) {
    const other = b[index] ?? '';
    if (part !== other) return part < other ? -1 : 1;
  }
  return 0;
}
