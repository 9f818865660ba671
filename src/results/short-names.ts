// SPDX-License-Identifier: MIT
import {shortNames} from '../spec/identity.ts';

interface Named {
  readonly scenario: string;
  readonly topology: string;
  readonly kernel: string;
}

/**
 * Results as they are shown beside each other: their scenarios, topologies and kernels by the shortest names that tell
 * them apart. What is recorded has the whole names.
 */
export function withShortNames<T extends Named>(results: readonly T[]): readonly T[] {
  const scenario = shortNames(results.map((result) => result.scenario));
  const topology = shortNames(results.map((result) => result.topology));
  const kernel = shortNames(results.map((result) => result.kernel));
  return results.map((result) => ({
    ...result,
    scenario: scenario(result.scenario),
    topology: topology(result.topology),
    kernel: kernel(result.kernel),
  }));
}
