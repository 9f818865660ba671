// SPDX-License-Identifier: MIT
import {type Difference, differenceOf} from '../results/difference.ts';
import type {Result} from './run-all.ts';
import type {Column} from './side-by-side.ts';

/** A change that a patch made to a scenario. */
export interface SeriesChange {
  readonly scenario: string;
  /** The patch, from 1 on. */
  readonly patch: number;
  readonly before: Result;
  readonly after: Result;
  readonly difference: Exclude<Difference, 'same' | 'inconclusive'>;
}

/** Where each scenario changes: against the last patch that built and said something. */
export function changesAlong(
  scenarios: readonly string[],
  columns: readonly Column[],
): readonly SeriesChange[] {
  return scenarios.flatMap((scenario, row) => {
    const changes: SeriesChange[] = [];
    let before: Result | undefined;
    for (const [patch, column] of columns.entries()) {
      const after = 'results' in column ? column.results[row] : undefined;
      if (after === undefined || after.verdict === 'error' || after.verdict === 'skip') continue;
      const difference = before === undefined ? 'same' : differenceOf(before, after);
      if (before !== undefined && difference !== 'same' && difference !== 'inconclusive')
        changes.push({scenario, patch, before, after, difference});
      before = after;
    }
    return changes;
  });
}
