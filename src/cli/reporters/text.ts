// SPDX-License-Identifier: MIT
import {progressLines} from '../progress.ts';
import type {Request, Result} from '../../runner/run-all.ts';
import {type Column, fit, header, row} from '../table.ts';
import {colours, describe, isFine, printable, seconds, summary} from '../../results/describe.ts';
import {shortName, shortNames} from '../../spec/identity.ts';
import {exitCodeOf} from '../exit-code.ts';
import type {Reporter} from './reporter.ts';

/**
 * Lines for a person. One run: its verdict with its ledger. Several: a table, each row as it comes, then the
 * ledgers of what failed.
 */
export function textReporter(): Reporter {
  const lines = progressLines();
  let columns: readonly Column[] | undefined;
  let scenarioName = shortName;
  const shown = (result: Result): Result => ({
    ...result,
    scenario: scenarioName(result.scenario),
    kernel: shortName(result.kernel),
  });
  return {
    begin: ({entries, kernel}) => {
      scenarioName = shortNames(entries.map(({name}) => name));
      const named = entries.map((entry) => ({...entry, name: scenarioName(entry.name)}));
      if (entries.length > 1)
        columns = columnsFor({entries: named, kernel: {...kernel, name: shortName(kernel.name)}});
    },
    progress: lines.show,
    prepared: () => {
      lines.end();
      if (columns !== undefined && process.stdout.isTTY) lines.print(header(columns));
    },
    result: (result) => {
      lines.end(result.scenario);
      lines.print(columns === undefined ? describe(shown(result)) : resultRow(columns, shown(result)));
    },
    close: lines.close,
    end: (results) => {
      const wrong = columns === undefined ? [] : results.filter((result) => !isFine(result));
      const parts = [
        ...wrong.map((result) => `\n${describe(shown(result))}`),
        ...(wrong.length === 0 ? [] : ['']),
      ];
      process.stdout.write(`${[...parts, summary(results)].join('\n')}\n`);
      return exitCodeOf(results);
    },
  };
}

/** The table for runs that are to come: what it will hold is known but for the times and the causes. */
function columnsFor({entries, kernel}: Pick<Request, 'entries' | 'kernel'>): readonly Column[] {
  const columns = [
    {title: 'verdict'},
    {title: 'scenario'},
    {title: 'kernel'},
    {title: 'time', right: true},
    {title: 'cause'},
  ];
  return fit(
    columns,
    entries.map(({name}) => ['', name, kernel.name, '00.0 s', '']),
  );
}

/** A result as a row of {@link columnsFor}. */
function resultRow(columns: readonly Column[], result: Result): string {
  const {verdict, scenario, kernel, durationMs, reason} = result;
  const word = {text: verdict.toUpperCase(), style: colours[verdict]};
  return row(columns, [word, scenario, kernel, seconds(durationMs), printable(reason)]);
}
