// SPDX-License-Identifier: MIT
import type {Case} from '../database/record.ts';
import type {Database} from '../database/tables.ts';
import {type ChangePoint, changePoint, exactChange} from '../change-point.ts';

/** A measurement of one run. */
export interface Point {
  readonly run: number;
  readonly begun: string;
  readonly value: number;
}

/** A measurement of a case over time, the oldest first. */
export interface Series extends Case {
  readonly caseId: number;
  readonly name: string;
  readonly unit: string;
  readonly points: readonly Point[];
  /** Where it became another one, if it did. */
  readonly change: ChangePoint | undefined;
}

/**
 * The newest points of the measurements of a case, by runs that ended as `pass`: what fails is as slow as it likes.
 * @param most points of each
 */
export async function seriesOf(db: Database, caseId: number, most = 200): Promise<readonly Series[]> {
  const about = await db.selectFrom('cases').selectAll().where('id', '=', caseId).executeTakeFirst();
  if (about === undefined) return [];
  const runs = await db
    .selectFrom('runs')
    .select(['id', 'begun'])
    .where('case_id', '=', caseId)
    .where('verdict', '=', 'pass')
    .orderBy('id', 'desc')
    .limit(most)
    .execute();
  const begun = new Map(runs.map((run) => [run.id, run.begun]));
  if (begun.size === 0) return [];
  const rows = await db
    .selectFrom('measurements')
    .selectAll()
    .where('run_id', 'in', [...begun.keys()])
    .orderBy('run_id')
    .execute();
  const {id: _id, ...named} = about;
  return [...Map.groupBy(rows, ({name}) => name)].map(([name, own]) => {
    const points = own.map(({run_id: run, value}) => ({run, begun: begun.get(run) ?? '', value}));
    const unit = own[0]?.unit ?? '';
    return {...named, caseId, name, unit, points, change: changeOf(unit, points)};
  });
}

/** The measurements of all cases in these nightly runs, by runs that passed. */
export async function seriesIn(db: Database, nightlyRuns: readonly number[]): Promise<readonly Series[]> {
  if (nightlyRuns.length === 0) return [];
  const rows = await db
    .selectFrom('runs')
    .innerJoin('measurements', 'measurements.run_id', 'runs.id')
    .innerJoin('cases', 'cases.id', 'runs.case_id')
    .where('runs.nightly_run_id', 'in', nightlyRuns)
    .where('runs.verdict', '=', 'pass')
    .select(['runs.id as run', 'runs.begun', 'runs.case_id as caseId', 'measurements.name'])
    .select(['measurements.unit', 'measurements.value'])
    .select(['cases.scenario', 'cases.topology', 'cases.variant', 'cases.kernel'])
    .orderBy('runs.id')
    .execute();
  return [...Map.groupBy(rows, ({caseId, name}) => `${caseId} ${name}`).values()].flatMap((own) => {
    const [any] = own;
    if (any === undefined) return [];
    const {caseId, name, unit, scenario, topology, variant, kernel} = any;
    const points = own.map(({run, begun, value}) => ({run, begun, value}));
    const change = changeOf(unit, points);
    return [{scenario, topology, variant, kernel, caseId, name, unit, points, change}];
  });
}

/** Instructions are counted, and the same in every run: all else scatters. */
function changeOf(unit: string, points: readonly Point[]): ChangePoint | undefined {
  const values = points.map(({value}) => value);
  return unit === 'instructions' ? exactChange(values) : changePoint(values);
}
