// SPDX-License-Identifier: MIT
import type {Case} from '../database/record.ts';
import type {Database} from '../database/tables.ts';
import {type MeasuredChange, measuredChanges} from '../measured-change.ts';
import type {Measurement} from '../measurements.ts';

/** What runs counted, by their number: only what is the same in every run of one kernel. */
export type Counted = ReadonlyMap<number, readonly Measurement[]>;

/** The counts of the runs that the results of a night rest on, of those that passed. */
export async function countedIn(db: Database, night: number): Promise<Counted> {
  const rows = await db
    .selectFrom('results')
    .innerJoin('measurements', 'measurements.run_id', 'results.run_id')
    .where('results.night_id', '=', night)
    .where('results.outcome', '=', 'pass')
    .where('measurements.unit', '=', 'instructions')
    .select(['measurements.run_id as run', 'measurements.name', 'measurements.unit', 'measurements.value'])
    .orderBy('measurements.name')
    .execute();
  return new Map([...Map.groupBy(rows, ({run}) => run)].map(([run, own]) => [run, own.map(measurement)]));
}

const measurement = ({name, unit, value}: Measurement): Measurement => ({name, unit, value});

/** A case whose counts are not those of the night before. */
export interface CountedChange extends Case {
  readonly caseId: number;
  readonly run: number;
  /** The night whose counts they were. */
  readonly before: string;
  readonly changes: readonly MeasuredChange[];
}

/** What a night counted otherwise than the last one before it that passed, of the same suite and case. */
export async function countedChanges(db: Database, night: number): Promise<readonly CountedChange[]> {
  const counted = await countedIn(db, night);
  if (counted.size === 0) return [];
  const rows = await db
    .selectFrom('results')
    .innerJoin('cases', 'cases.id', 'results.case_id')
    .innerJoin('nights', 'nights.id', 'results.night_id')
    .where('results.night_id', '=', night)
    .where('results.run_id', 'in', [...counted.keys()])
    .select(['results.case_id as caseId', 'results.run_id as run', 'nights.suite'])
    .select(['cases.scenario', 'cases.topology', 'cases.lane', 'cases.kernel'])
    .orderBy('cases.scenario')
    .orderBy('cases.id')
    .execute();
  const found: CountedChange[] = [];
  for (const {run, suite, ...about} of rows) {
    if (run === null) continue;
    const last = await db
      .selectFrom('results')
      .innerJoin('nights', 'nights.id', 'results.night_id')
      .where('results.case_id', '=', about.caseId)
      .where('results.night_id', '<', night)
      .where('results.outcome', '=', 'pass')
      .where('results.run_id', 'is not', null)
      .where('nights.suite', '=', suite)
      .select(['results.run_id as run', 'nights.begun'])
      .orderBy('results.night_id', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (last?.run == null) continue;
    const before = await db
      .selectFrom('measurements')
      .where('run_id', '=', last.run)
      .where('unit', '=', 'instructions')
      .select(['name', 'unit', 'value'])
      .orderBy('name')
      .execute();
    const changes = measuredChanges(before, counted.get(run) ?? []);
    if (changes.length > 0) found.push({...about, run, before: last.begun, changes});
  }
  return found;
}
