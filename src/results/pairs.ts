// SPDX-License-Identifier: MIT
import {changesBetween, type Difference, differenceOf} from './difference.ts';
import type {Costs, MeasuredChange} from './measured-change.ts';
import type {ReportedRun} from './reported.ts';

/** A scenario on both kernels. */
export interface ComparedPair {
  readonly base: ReportedRun;
  readonly patched: ReportedRun;
  readonly difference: Difference;
  /** What both counted, and one of them more than the other. */
  readonly measurements: readonly MeasuredChange[];
}

/**
 * Pairs the results of two kernels, which are in the same order.
 * @param costs what the second one declares
 */
export function pairResults(
  base: readonly ReportedRun[],
  patched: readonly ReportedRun[],
  costs: Costs = {},
): readonly ComparedPair[] {
  return base.flatMap((one, index) => {
    const other = patched[index];
    if (other === undefined) return [];
    const measurements = changesBetween(one, other, costs[one.scenario]);
    return [{base: one, patched: other, difference: differenceOf(one, other), measurements}];
  });
}
