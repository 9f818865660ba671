// SPDX-License-Identifier: MIT

/** Test files that run together, and what has to be built before. */
export interface Phase {
  readonly name: 'units' | 'slow' | 'cli' | 'guests' | 'nightly';
  /** Commands of p2plab that build what the phase's tests boot. */
  readonly builds: readonly string[];
  readonly files: readonly string[];
  /** How many test files run at the same time. Guests need the cores for themselves. */
  readonly concurrency: number;
}

const kernels = [
  'kernel build switch pagemap resource',
  'kernel build --arch aarch64 baseline pagemap resource',
  'kernel build --variant debug',
  'qemu build routed',
];

/**
 * All phases, in the order in which they run. A unit test takes less than five seconds of one processor and needs
 * nothing but node_modules, git, make and a C compiler; any other test that boots no guest is called `*.slow.test.ts`.
 * What need not be repeated for every change, because it repeats or widens what a quicker test checks, is called
 * `*.nightly.test.ts`.
 */
export const phases: readonly Phase[] = [
  {
    name: 'units',
    builds: [],
    files: ['test/*.test.ts', 'test/!(guests|cli)/**/*.test.ts', '!test/**/*.slow.test.ts'],
    concurrency: 2,
  },
  {name: 'slow', builds: [], files: ['test/**/*.slow.test.ts'], concurrency: 2},
  {name: 'cli', builds: ['kernel build'], files: ['test/cli/**/*.test.ts'], concurrency: 1},
  {
    name: 'guests',
    builds: kernels,
    files: ['test/guests/**/*.test.ts', '!test/**/*.nightly.test.ts'],
    concurrency: 1,
  },
  {name: 'nightly', builds: kernels, files: ['test/**/*.nightly.test.ts'], concurrency: 1},
];

/**
 * Returns the phases with these names, in their usual order; for none, all but the nightly one.
 * @throws {Error} for a name that is none of a phase
 */
export function chosenPhases(names: readonly string[]): readonly Phase[] {
  const unknown = names.find((name) => !phases.some((phase) => phase.name === name));
  if (unknown !== undefined) {
    throw new Error(`no phase "${unknown}": take ${phases.map(({name}) => name).join(', ')}`);
  }
  return phases.filter(({name}) => (names.length === 0 ? name !== 'nightly' : names.includes(name)));
}
