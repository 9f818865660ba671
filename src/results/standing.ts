// SPDX-License-Identifier: MIT
import type {Outcome} from './outcome.ts';
import type {MapCostChange} from './queries/map-cost-changes.ts';
import type {NightlyRunResult} from './queries/nightly-runs.ts';

/** What a nightly run's first lines are made of. */
export interface Standing {
  /** What changed, by kind of change; what is bad as it was is no change. */
  readonly changed: readonly NightlyRunResult[];
  /** What fails now, whether or not it did before. */
  readonly failing: readonly NightlyRunResult[];
  /** What fails by a known issue, by the issue's name. */
  readonly known: ReadonlyMap<string, readonly NightlyRunResult[]>;
  /** What says nothing of a kernel: flakes, and errors of the lab or its host. */
  readonly unsettled: readonly NightlyRunResult[];
}

const order = ['broke', 'missing', 'fixed', 'new'] as const;

/** Sorts the results of a nightly run by what somebody has to look at. */
export function standingOf(results: readonly NightlyRunResult[]): Standing {
  const of = (...outcomes: readonly Outcome[]): readonly NightlyRunResult[] =>
    outcomes.flatMap((outcome) => results.filter((result) => result.outcome === outcome));
  return {
    changed: order.flatMap((change) => results.filter((result) => result.change === change)),
    failing: of('crash', 'fail'),
    known: Map.groupBy(of('known'), ({run}) => run?.knownIssue ?? 'not recorded'),
    unsettled: of('error', 'flaky'),
  };
}

/** A nightly run in one line: what changed first, then how it is; never that nothing changed alone where something fails. */
export function standingWords(
  results: readonly NightlyRunResult[],
  costs: readonly Pick<MapCostChange, 'changes'>[] = [],
): string {
  const {changed, failing, known, unsettled} = standingOf(results);
  const changes = order.flatMap((change) =>
    counted(changed.filter((one) => one.change === change).length, change),
  );
  const errors = unsettled.filter(({outcome}) => outcome === 'error').length;
  const issues = [...known.values()].reduce((sum, own) => sum + own.length, 0);
  const now = [
    ...(failing.length === 0 ? [] : [failing.length === 1 ? '1 fails' : `${failing.length} fail`]),
    ...counted(unsettled.length - errors, 'flaky'),
    ...counted(errors, errors === 1 ? 'lab error' : 'lab errors'),
    ...counted(issues, issues === 1 ? 'known issue' : 'known issues'),
  ];
  const more = costs.filter((one) => one.changes.some(({before, after}) => after > before)).length;
  const first = [
    ...changes,
    ...counted(more, more === 1 ? 'costs more' : 'cost more'),
    ...counted(costs.length - more, costs.length - more === 1 ? 'costs less' : 'cost less'),
  ];
  return [
    first.length === 0 ? 'Nothing has changed' : first.join(', '),
    now.length === 0 ? 'nothing fails' : now.join(', '),
  ].join('; ');
}

const counted = (count: number, word: string): readonly string[] => (count === 0 ? [] : [`${count} ${word}`]);
