// SPDX-License-Identifier: MIT
import type {Case} from '../database/record.ts';
import type {Database} from '../database/tables.ts';
import {type ChangePoint, changePoint} from '../change-point.ts';

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

/** The measurements that there are, by name. */
export async function measurementNames(db: Database): Promise<readonly string[]> {
  const rows = await db.selectFrom('measurements').select('name').distinct().orderBy('name').execute();
  return rows.map(({name}) => name);
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
    return {
      ...{...named, caseId, name, unit: own[0]?.unit ?? '', points},
      change: changePoint(points.map(({value}) => value)),
    };
  });
}
