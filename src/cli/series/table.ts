// SPDX-License-Identifier: MIT
import {colours, printable} from '../../results/describe.ts';
import {changesBetween} from '../../results/difference.ts';
import {describeChange} from '../../results/measured-change.ts';
import type {Result} from '../../runner/run-all.ts';
import {changesAlong} from '../../runner/series-changes.ts';
import type {Column} from '../../runner/side-by-side.ts';
import {type Cell, table} from '../table.ts';

const letters = {pass: '.', fail: 'F', crash: 'C', error: '?', skip: '-'} as const;

/** Scenarios by patches, a letter each; then what every patch changed, and which do not build. */
export function alongSeries(
  scenarios: readonly string[],
  columns: readonly Column[],
  subjects: readonly string[],
): string {
  const titles = columns.map((_, patch) => (patch === 0 ? 'base' : String(patch)));
  const rows = scenarios.map((scenario, row): readonly Cell[] => [
    scenario,
    ...columns.map((column): Cell => {
      if ('unbuilt' in column) return {text: 'x', style: 'yellow'};
      const result = column.results[row];
      return result === undefined ? '' : {text: letter(result), style: colours[result.verdict]};
    }),
  ]);
  const unbuilt = columns.flatMap((column, patch) =>
    'unbuilt' in column
      ? [`\n${name(patch)} does not build:\n  ${column.unbuilt.message.replaceAll('\n', '\n  ')}`]
      : [],
  );
  const changes = changesAlong(scenarios, columns).map(({scenario, patch, before, after, difference}) =>
    [
      `\n${scenario}: ${difference} since ${name(patch)}`,
      ...changesBetween(before, after).map((change) => `  ${describeChange(change)}`),
      `  before: ${before.verdict}: ${printable(before.reason)}`,
      `  since:  ${after.verdict}: ${printable(after.reason)}`,
      `  evidence: ${after.bundle}`,
    ].join('\n'),
  );
  return [
    table([{title: 'scenario'}, ...titles.map((title) => ({title}))], rows),
    '. pass, F fail, C crash, f and c the same by a known issue, - skip, ? error of the lab, x does not build',
    ...unbuilt,
    ...changes,
    ...(unbuilt.length + changes.length === 0 ? ['\nno patch changes anything'] : []),
  ].join('\n');

  function name(patch: number): string {
    return patch === 0 ? 'the base' : `patch ${patch}, "${printable(subjects[patch - 1] ?? '')}"`;
  }
}

function letter({verdict, knownIssue}: Result): string {
  return knownIssue === undefined ? letters[verdict] : letters[verdict].toLowerCase();
}
