// SPDX-License-Identifier: MIT
import {hostMemory} from '../base/targets.ts';
import type {Topology} from '../topology/model.ts';

/**
 * The tree as it was when the kernel was first asked about a pair, by client and provider: Linux works out once
 * how a client reaches a provider, and remembers it (drivers/pci/p2pdma.c, map_types of struct pci_p2pdma).
 */
export type Asked = ReadonlyMap<string, Topology>;

/** The name of a pair. */
export function pairOf({initiator, target}: Pair): string {
  return `${initiator} ${target}`;
}

interface Pair {
  readonly initiator: string;
  readonly target: string;
}

/** What of an expected step decides which pairs the kernel is asked about. */
interface Mapped {
  readonly transfers: readonly Pair[];
  readonly refused: readonly Pair[];
  readonly absent?: string | undefined;
}

/** What the kernel remembers after a step. */
export function askedAfter(
  {asked, topology}: {readonly asked: Asked; readonly topology: Topology},
  expected: Mapped | undefined,
): Asked {
  // Where memory cannot be mapped, nobody asks how it is reached.
  if (expected === undefined || expected.absent !== undefined) return asked;
  // Of what is refused the first ends the step: nobody asked about the others.
  const pairs = [...expected.transfers, ...expected.refused.slice(0, 1)]
    .filter(({target}) => target !== hostMemory)
    .map(pairOf)
    .filter((pair) => !asked.has(pair));
  return pairs.length === 0 ? asked : new Map([...asked, ...pairs.map((pair) => [pair, topology] as const)]);
}

/** What is left of it where devices are unplugged: a provider takes along what was worked out about it. */
export function forgotten(asked: Asked, unplugged: ReadonlySet<string>): Asked {
  return new Map([...asked].filter(([pair]) => !unplugged.has(pair.split(' ')[1] ?? '')));
}
