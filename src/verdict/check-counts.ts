// SPDX-License-Identifier: MIT
import {check, type Check} from './check.ts';
import type {Finding} from './finding.ts';

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
export function countGaps(counts: readonly Counted[]): readonly Finding[] {
  return checkCounts(counts)
    .filter(({name, ok}) => !ok && name !== 'repeats')
    .map(({finding}) => finding);
}

/**
 * Whether a count is one of instructions, whether every round took the same, and whether QEMU's clock went on by what
 * the guest says of them.
 */
export function checkCounts(counts: readonly Counted[]): readonly Check[] {
  const varies = counts.find(({differing}) => differing > 0);
  const repeats = check(
    'repeats',
    varies === undefined,
    'guest',
    varies === undefined
      ? {code: 'count-repeats', parameters: {}}
      : {
          code: 'count-varies',
          subject: varies.operation,
          parameters: {differing: varies.differing, rounds: varies.rounds},
        },
  );
  const off = counts.find(({map, unmap, byClock}) => !(Math.abs((byClock ?? NaN) - map - unmap) < tolerance));
  const clock = off === undefined ? agreed(counts) : disagreed(off);
  return [checkUnit(counts), repeats, check('clock', off === undefined, 'host', clock)];
}

function checkUnit(counts: readonly Counted[]): Check {
  const found = counts.find(({operation, map}) => operation === known.operation && !Number.isNaN(map));
  const {map, unmap} = known;
  if (found?.map === map && found.unmap === unmap)
    return check('unit', true, 'guest', {code: 'count-unit-correct', parameters: {map, unmap}});
  const counted = found === undefined ? {} : {map: found.map, unmap: found.unmap};
  const parameters = {...counted, expected: {map, unmap}};
  return check('unit', false, 'guest', {code: 'count-unit-wrong', parameters});
}

function agreed(all: readonly Counted[]): Finding {
  const counts = all
    .filter(({operation}) => operation !== known.operation)
    .map(({operation, map, unmap}) => ({operation, map, unmap}));
  return {code: 'count-clock-agrees', parameters: {counts}};
}

function disagreed({operation: subject, map, unmap, byClock}: Counted): Finding {
  if (Number.isNaN(map)) return {code: 'count-unreported', subject, parameters: {}};
  if (byClock === undefined) return {code: 'count-clock-untraced', subject, parameters: {map, unmap}};
  return {code: 'count-clock-differs', subject, parameters: {map, unmap, nanoseconds: byClock}};
}
