// SPDX-License-Identifier: MIT
import type {Check} from './check.ts';

/** What the guest says of one way to map memory, and what QEMU's clock says of all its rounds together. */
export interface Counted {
  readonly operation: string;
  /** Instructions, by the guest's time stamp counter. */
  readonly map: number;
  readonly unmap: number;
  readonly rounds: number;
  /** Rounds that took another number than the first. */
  readonly differing: number;
  /** Instructions of a round, by QEMU's clock; undefined where the host did not see both windows. */
  readonly byClock: number | undefined;
}

/**
 * The clock goes in steps of ten instructions: a window is off by less than one, which its 64 rounds share, and so is
 * that in which nothing is called.
 */
const tolerance = 0.5;

/** What is counted beside: it takes these instructions, whatever the kernel does. images/modules/p2plab/count.c. */
const known = {operation: 'known', map: 1000, unmap: 100};

/** What is wrong with the counts themselves, and says nothing of the kernel. */
export function countGaps(counts: readonly Counted[]): readonly string[] {
  return checkCounts(counts)
    .filter(({name, ok}) => !ok && name !== 'repeats')
    .map(({detail}) => detail);
}

/**
 * Whether a count is one of instructions, whether every round took the same, and whether QEMU's clock went on by what
 * the guest says of them.
 */
export function checkCounts(counts: readonly Counted[]): readonly Check[] {
  const varies = counts.find(({differing}) => differing > 0);
  const repeats: Check =
    varies === undefined
      ? {name: 'repeats', ok: true, witness: 'guest', detail: 'every round took the same instructions.'}
      : {
          name: 'repeats',
          ok: false,
          witness: 'guest',
          detail:
            `${varies.differing} of ${varies.rounds} rounds of ${varies.operation} took other numbers of ` +
            'instructions than the first: there is none to compare.',
        };
  const off = counts.find(({map, unmap, byClock}) => !(Math.abs((byClock ?? NaN) - map - unmap) < tolerance));
  const clock = off === undefined ? agreed(counts) : disagreed(off);
  return [checkUnit(counts), repeats, {name: 'clock', ok: off === undefined, witness: 'host', detail: clock}];
}

function checkUnit(counts: readonly Counted[]): Check {
  const found = counts.find(({operation}) => operation === known.operation);
  const ok = found?.map === known.map && found.unmap === known.unmap;
  const taken = found === undefined ? 'is not told' : `counts as ${found.map} + ${found.unmap}`;
  const detail = `what is ${known.map} + ${known.unmap} instructions ${taken}.`;
  return {name: 'unit', ok, witness: 'guest', detail};
}

function agreed(counts: readonly Counted[]): string {
  const sums = counts
    .filter(({operation}) => operation !== known.operation)
    .map(({operation, map, unmap}) => `${operation} ${map} + ${unmap}`);
  return `QEMU's clock goes on by a nanosecond for each instruction that the guest counts: ${sums.join(', ')}.`;
}

function disagreed({operation, map, unmap, byClock}: Counted): string {
  if (Number.isNaN(map)) return `the guest does not tell what ${operation} takes.`;
  const says = `the guest counts ${map} + ${unmap} instructions for ${operation}`;
  if (byClock === undefined) return `${says}, but QEMU traced no two readings of its clock around them.`;
  return `${says}, but QEMU's clock goes on by ${byClock.toFixed(1)} ns: does the variant count instructions?`;
}
