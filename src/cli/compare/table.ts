// SPDX-License-Identifier: MIT
import {colours, explanation, isFine, printable} from '../../results/describe.ts';
import type {Difference} from '../../results/difference.ts';
import {describeChange} from '../../results/measured-change.ts';
import type {ComparedPair} from '../../results/pairs.ts';
import {shortNames} from '../../spec/identity.ts';
import {type Cell, table} from '../table.ts';
import type {Result} from '../../runner/run-all.ts';

const styles: Readonly<Record<Difference, 'dim' | 'green' | 'red' | 'yellow' | 'cyan'>> = {
  same: 'dim',
  better: 'green',
  worse: 'red',
  'other way': 'cyan',
  'costs more': 'red',
  'costs less': 'green',
  inconclusive: 'yellow',
};

/** One table, then both ledgers of what differs, next to each other. */
export function comparison(
  pairs: readonly ComparedPair[],
  [base, patched]: readonly [string, string],
): string {
  const columns = [{title: 'scenario'}, {title: base}, {title: patched}, {title: 'difference'}];
  const shown = shortNames(pairs.map((pair) => pair.base.scenario));
  const rows = pairs.map((pair): readonly Cell[] => [
    shown(pair.base.scenario),
    verdictCell(pair.base),
    verdictCell(pair.patched),
    {text: pair.difference, style: styles[pair.difference]},
  ]);
  const told = pairs
    .filter(({difference}) => difference !== 'same')
    .map((pair) =>
      [
        `\n${shown(pair.base.scenario)}: ${pair.difference}`,
        ...pair.measurements.map((change) => `  ${describeChange(change)}`),
        // Where only a count differs, the rest is the same.
        ...(pair.difference === 'costs more' || pair.difference === 'costs less'
          ? []
          : [...side(base, pair.base), ...side(patched, pair.patched)]),
      ].join('\n'),
    );
  const counts = (Object.keys(styles) as Difference[]).flatMap((difference) => {
    const count = pairs.filter((pair) => pair.difference === difference).length;
    return count === 0 ? [] : [`${count} ${difference}`];
  });
  return [table(columns, rows), ...told, '', counts.join(', ')].join('\n');
}

function verdictCell({verdict, knownIssue}: Result): Cell {
  return {text: knownIssue === undefined ? verdict : `${verdict} (${knownIssue})`, style: colours[verdict]};
}

function side(name: string, result: Result): readonly string[] {
  return [
    // The explanation of what is wrong begins with the reason.
    `  ${name}: ${result.verdict}${isFine(result) ? `: ${printable(result.reason)}` : ''}`,
    ...explanation(result).map((line) => `  ${line}`),
  ];
}
