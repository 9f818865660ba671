// SPDX-License-Identifier: MIT
import type {Database} from '../database/tables.ts';
import {listRuns} from './list.ts';
import {type Run, runOf} from './run.ts';

/** Finds a run by its number, the name of its bundle, or as the newest one of a scenario. */
export async function findRun(db: Database, which: string): Promise<Run | undefined> {
  if (/^\d+$/.test(which)) return runOf(db, Number(which));
  const named = await runOf(db, which);
  if (named !== undefined) return named;
  const [newest] = await listRuns(db, {scenario: which, limit: 1});
  return newest === undefined ? undefined : runOf(db, newest.id);
}
