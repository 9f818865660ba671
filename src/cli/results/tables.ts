// SPDX-License-Identifier: MIT
import {colours, printable, seconds} from '../../results/describe.ts';
import {describeChange} from '../../results/measured-change.ts';
import type {Difference, Pair} from '../../results/queries/compare.ts';
import type {MapCostChange} from '../../results/queries/map-cost-changes.ts';
import type {ListedRun} from '../../results/queries/list.ts';
import type {NightlyRunResult, NightlyRunSummary} from '../../results/queries/nightly-runs.ts';
import {withShortNames} from '../../results/short-names.ts';
import {standingWords} from '../../results/standing.ts';
import {table} from '../table.ts';

/** Runs as a table, the newest first. */
export function runsTable(runs: readonly ListedRun[]): string {
  if (runs.length === 0) return 'no such run is recorded';
  const columns = [
    {title: 'run', right: true},
    {title: 'verdict'},
    {title: 'scenario'},
    {title: 'kernel'},
    {title: 'begun'},
    {title: 'time', right: true},
    {title: 'cause'},
  ];
  return table(
    columns,
    withShortNames(runs).map(({id, verdict, scenario, kernel, variant, begun, duration, reason}) => [
      String(id),
      {text: verdict.toUpperCase(), style: colours[verdict]},
      scenario,
      variant === 'plain' ? kernel : `${kernel}, ${variant}`,
      begun.slice(0, 16).replace('T', ' '),
      seconds(duration),
      printable(reason),
    ]),
  );
}

/** Tables of nightly runs. */
export const nightlyRunsTable = {
  list: (nightlyRuns: readonly NightlyRunSummary[]): string => {
    if (nightlyRuns.length === 0) return 'no nightly run is recorded';
    const columns = [
      {title: 'nightly run', right: true},
      {title: 'suite'},
      {title: 'begun'},
      {title: 'state'},
      {title: 'runs', right: true},
      {title: 'host'},
    ];
    const rows = nightlyRuns.map(({id, suite, begun, state, runs, planned, host}) => [
      ...[String(id), suite, begun.slice(0, 16).replace('T', ' '), state],
      ...[`${runs} of ${planned}`, host],
    ]);
    return table(columns, rows);
  },
  changes: (
    nightlyRun: number,
    results: readonly NightlyRunResult[],
    counted: readonly MapCostChange[],
  ): string => {
    const changed = results.filter(({change}) => change !== null);
    const head = `nightly run ${nightlyRun}: ${standingWords(results, counted)}`;
    if (changed.length === 0 && counted.length === 0) return head;
    const columns = [
      {title: 'change'},
      {title: 'scenario'},
      {title: 'kernel'},
      {title: 'since'},
      {title: 'cause'},
    ];
    const rows = changed.map(({change, scenario, kernel, variant, since, run}) => [
      ...[change ?? '', scenario, variant === 'plain' ? kernel : `${kernel}, ${variant}`],
      ...[since?.slice(0, 16).replace('T', ' ') ?? '', printable(run?.reason ?? '')],
    ]);
    const dearer = counted.map(({scenario, kernel, variant, before, changes}) => [
      ...['cost', scenario, variant === 'plain' ? kernel : `${kernel}, ${variant}`],
      ...[before.slice(0, 16).replace('T', ' '), changes.map(describeChange).join('; ')],
    ]);
    return [head, table(columns, [...rows, ...dearer])].join('\n\n');
  },
};

/** What is told of two kernels: what differs first, what does not as a number. */
const told: readonly Difference[] = [
  'only the second fails',
  'only the first fails',
  'the second costs more',
  'the second costs less',
  'inconclusive',
  'not in both',
];

/** Two kernels side by side. */
export function differences(pairs: readonly Pair[], first: string, second: string): string {
  const rows = told.flatMap((difference) =>
    pairs
      .filter((pair) => pair.difference === difference)
      .map(({scenario, variant, ...pair}) => [
        variant === 'plain' ? scenario : `${scenario}, ${variant}`,
        pair.first?.outcome ?? '-',
        pair.second?.outcome ?? '-',
        pair.measurements.length > 0
          ? pair.measurements.map(describeChange).join('; ')
          : printable((pair.second?.outcome === 'pass' ? pair.first : pair.second)?.run?.reason ?? ''),
      ]),
  );
  const counts = (['both pass', 'both fail'] as const).map(
    (difference) => `${pairs.filter((pair) => pair.difference === difference).length} ${difference}`,
  );
  const columns = [{title: 'scenario'}, {title: first}, {title: second}, {title: 'cause'}];
  return [...(rows.length === 0 ? [] : [table(columns, rows), '']), counts.join(', ')].join('\n');
}
