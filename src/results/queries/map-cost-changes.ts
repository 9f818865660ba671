// SPDX-License-Identifier: MIT
import type {Case} from '../database/record.ts';
import type {Database} from '../database/tables.ts';
import {type MeasuredChange, measuredChanges} from '../measured-change.ts';
import type {Measurement} from '../measurements.ts';

/** What runs counted, by their number: only what is the same in every run of one kernel. */
export type Counted = ReadonlyMap<number, readonly Measurement[]>;

/** The counts of the runs that the results of a nightly run rest on, of those that passed. */
export async function mapCostsIn(db: Database, nightlyRun: number): Promise<Counted> {
  const rows = await db
    .selectFrom('results')
    .innerJoin('measurements', 'measurements.run_id', 'results.run_id')
    .where('results.nightly_run_id', '=', nightlyRun)
    .where('results.outcome', '=', 'pass')
    .where('measurements.unit', '=', 'instructions')
    .select(['measurements.run_id as run', 'measurements.name', 'measurements.unit', 'measurements.value'])
    .orderBy('measurements.name')
    .execute();
  return new Map([...Map.groupBy(rows, ({run}) => run)].map(([run, own]) => [run, own.map(measurement)]));
}

const measurement = ({name, unit, value}: Measurement): Measurement => ({name, unit, value});

/** A case whose counts are not those of the previous nightly run. */
export interface MapCostChange extends Case {
  readonly caseId: number;
  readonly run: number;
  /** When the run began whose counts they were. */
  readonly before: string;
  readonly changes: readonly MeasuredChange[];
}

/** How many ids a statement is given. */
const together = 5000;

/** What a nightly run counted otherwise than the last one before it that passed, of the same suite and case. */
export async function mapCostChanges(db: Database, nightlyRun: number): Promise<readonly MapCostChange[]> {
  const counted = await mapCostsIn(db, nightlyRun);
  if (counted.size === 0) return [];
  const rows = await db
    .selectFrom('results')
    .innerJoin('cases', 'cases.id', 'results.case_id')
    .innerJoin('nightly_runs', 'nightly_runs.id', 'results.nightly_run_id')
    .where('results.nightly_run_id', '=', nightlyRun)
    .where('results.outcome', '=', 'pass')
    .select(['results.case_id as caseId', 'results.run_id as run'])
    .select(['cases.scenario', 'cases.topology', 'cases.variant', 'cases.kernel'])
    // The index of a case's nightly runs leads to the last one: the others are not read.
    .select((eb) =>
      eb
        .selectFrom('results as old')
        .innerJoin('nightly_runs as past', 'past.id', 'old.nightly_run_id')
        .whereRef('old.case_id', '=', 'results.case_id')
        .whereRef('old.nightly_run_id', '<', 'results.nightly_run_id')
        .where('old.outcome', '=', 'pass')
        .where('old.run_id', 'is not', null)
        .whereRef('past.suite', '=', 'nightly_runs.suite')
        .orderBy('old.nightly_run_id', 'desc')
        .limit(1)
        .select('old.run_id')
        .as('last'),
    )
    .orderBy('cases.scenario')
    .orderBy('cases.id')
    .execute();
  const before = await countsOf(
    db,
    rows.flatMap(({run, last}) => (last !== null && counted.has(run ?? -1) ? [last] : [])),
  );
  return rows.flatMap(({run, last, ...about}) => {
    const old = last === null ? undefined : before.get(last);
    if (run === null || old === undefined) return [];
    const changes = measuredChanges(old.counts, counted.get(run) ?? []);
    return changes.length === 0 ? [] : [{...about, run, before: old.begun, changes}];
  });
}

/** When runs were begun, and what they counted. */
async function countsOf(
  db: Database,
  runs: readonly number[],
): Promise<ReadonlyMap<number, {readonly begun: string; readonly counts: readonly Measurement[]}>> {
  const found = new Map<number, {readonly begun: string; readonly counts: readonly Measurement[]}>();
  for (let start = 0; start < runs.length; start += together) {
    const rows = await db
      .selectFrom('measurements')
      .innerJoin('runs', 'runs.id', 'measurements.run_id')
      .where('measurements.run_id', 'in', runs.slice(start, start + together))
      .where('measurements.unit', '=', 'instructions')
      .select(['measurements.run_id as run', 'runs.begun'])
      .select(['measurements.name', 'measurements.unit', 'measurements.value'])
      .orderBy('measurements.name')
      .execute();
    for (const [run, own] of Map.groupBy(rows, (row) => row.run))
      found.set(run, {begun: own[0]?.begun ?? '', counts: own.map(measurement)});
  }
  return found;
}
