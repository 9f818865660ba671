// SPDX-License-Identifier: MIT
import type {Verdict} from '../base/verdict.ts';
import {flows} from './flows.ts';
import {countedAlike, type MeasuredChange, measuredChanges} from './measured-change.ts';
import {measurementsOf} from './measurements.ts';
import type {ReportedRun} from './reported.ts';

/** How a run on another kernel came out: by its verdict, by where its bytes went, or by what it counted. */
export type Difference =
  | 'same'
  | 'better'
  | 'worse'
  | 'other way'
  | 'costs more'
  | 'costs less'
  | 'inconclusive';

/** How good a verdict is; those that say nothing of a kernel have no place. */
const places: Partial<Record<Verdict, number>> = {crash: 0, fail: 1, pass: 2};

/** The place of what a known issue explains. */
const known = 1.5;

/** Compares a run with the same one on another kernel. */
export function differenceOf(base: ReportedRun, patched: ReportedRun): Difference {
  const [before, after] = [placeOf(base), placeOf(patched)];
  if (base.verdict === 'skip' && patched.verdict === 'skip') return 'same';
  if (before === undefined || after === undefined) return 'inconclusive';
  if (before !== after) return after > before ? 'better' : 'worse';
  if (base.knownIssue !== patched.knownIssue) return 'other way';
  if (JSON.stringify(ways(base)) !== JSON.stringify(ways(patched))) return 'other way';
  if (base.verdict !== 'pass') return 'same';
  // What only one of them counted is no proof that both cost the same.
  if (!countedAlike(measurementsOf(base), measurementsOf(patched))) return 'inconclusive';
  const changes = changesBetween(base, patched);
  if (changes.length === 0) return 'same';
  return changes.some((change) => change.after > change.before) ? 'costs more' : 'costs less';
}

/**
 * What two runs counted otherwise; nothing proves the numbers of one that did not pass.
 * @param declared what the second kernel's file says that each may rise by
 */
export function changesBetween(
  base: ReportedRun,
  patched: ReportedRun,
  declared: Readonly<Record<string, number>> = {},
): readonly MeasuredChange[] {
  if (base.verdict !== 'pass' || patched.verdict !== 'pass') return [];
  return measuredChanges(measurementsOf(base), measurementsOf(patched), declared);
}

/** What a known issue explains, a crash, too, is better than what nothing explains. */
function placeOf({verdict, knownIssue}: ReportedRun): number | undefined {
  const place = places[verdict];
  return place !== undefined && knownIssue !== undefined ? known : place;
}

/** Where bytes went, and how many: not at which addresses, which differ between kernels. */
function ways({steps}: ReportedRun): readonly unknown[] {
  return steps.map(({title, ledger}) => [
    title,
    flows(ledger)
      .map(({initiator, direction, target, bar, bytes, route, by}) =>
        JSON.stringify([initiator, direction, target, bar, bytes, route, by]),
      )
      .toSorted(),
  ]);
}
