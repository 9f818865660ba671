// SPDX-License-Identifier: MIT
// Makes a database of results as large as years of nightly runs leave one, without running anything.
import {openDatabase} from '../src/results/database/connect.ts';
import Sqlite from 'better-sqlite3';

export interface Size {
  readonly nightlyRuns: number;
  readonly scenarios: number;
}

const kernels = ['baseline', 'switch', 'pagemap', 'resource'] as const;

/** How many results a database of this size holds. */
export function resultsIn({nightlyRuns, scenarios}: Size): number {
  return nightlyRuns * scenarios * kernels.length;
}

/** Fills an SQLite file: a run with measurements for each result, some of them bad now and then. */
export async function fill(file: string, {nightlyRuns, scenarios}: Size): Promise<void> {
  const context = {signal: new AbortController().signal, report: () => undefined};
  const {close} = await openDatabase(file, context);
  await close();
  const db = new Sqlite(file);
  db.pragma('synchronous = OFF');
  const insert = (table: string, columns: number) =>
    db.prepare(`insert into ${table} values (${Array.from({length: columns}, () => '?').join(', ')})`);
  const cases = Array.from(
    {length: scenarios},
    (_, index) => `group-${index % 20}/scenario-${index}`,
  ).flatMap((scenario) => kernels.map((kernel) => ({scenario, kernel})));
  db.transaction(() => {
    insert('environments', 10).run(
      'e',
      'host',
      '{}',
      'tcg',
      'routed 10.0.2',
      'baseline',
      'k',
      '6.12',
      '{}',
      'i',
    );
    insert('fingerprints', 3).run('f00000000000', 'placement: it is not there', 'fail');
    const oneCase = insert('cases', 5);
    for (const [index, {scenario, kernel}] of cases.entries())
      oneCase.run(index + 1, scenario, `topology-${index % 30}`, 'plain', kernel);
  })();
  const [nightlyRun, run, measured, result, state] = [
    insert('nightly_runs', 8),
    insert('runs', 12),
    insert('measurements', 4),
    insert('results', 8),
    insert('states', 7),
  ] as const;
  let id = 0;
  for (let number = 1; number <= nightlyRuns; number++) {
    const begun = new Date(Date.UTC(2024, 0, 1) + number * 86_400_000).toISOString();
    db.transaction(() => {
      nightlyRun.run(number, 'nightly', begun, begun, 'ended', 'host', cases.length, null);
      for (let index = 0; index < cases.length; index++) {
        id++;
        // Some always fail; some break and are mended again.
        const bad = index % 97 === 0 || (index % 53 === 0 && (number >> 3) % 2 === 0);
        const verdict = bad ? 'fail' : 'pass';
        const reason = bad ? 'placement: src was sent elsewhere' : 'src wrote 64 KiB to cmb.';
        run.run(
          ...[id, `run-${id}`, index + 1, number, 'e', begun, 2000 + ((id * 7919) % 100), verdict, reason],
          ...[null, bad ? 'f00000000000' : null, null],
        );
        measured.run(id, 'duration', 'ms', 2000 + ((id * 7919) % 100));
        measured.run(id, 'peer-bytes', 'bytes', 65_536);
        // Some count instructions, of which the first page tells every change.
        if (index % 5 === 0)
          measured.run(id, 'map-page', 'instructions', 76 + (number === nightlyRuns ? index % 2 : 0));
        const turned = index % 53 === 0 && number % 8 === 0;
        const change = turned ? (bad ? 'broke' : 'fixed') : bad ? 'still bad' : null;
        const outcome = !bad && (id * 31) % 9973 === 0 ? 'flaky' : verdict;
        result.run(number, index + 1, outcome, 1, id, change, change && number, null);
      }
    })();
  }
  db.transaction(() => {
    for (let index = 0; index < cases.length; index++)
      state.run('nightly', index + 1, 2, 1, nightlyRuns, null, nightlyRuns);
  })();
  db.exec('analyze');
  db.close();
}
