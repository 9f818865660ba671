// SPDX-License-Identifier: MIT
import type {Case} from '../database/record-run.ts';
import type {Database, Tables} from '../database/tables.ts';
import type {RunHead} from './nightly-runs.ts';

/** A step of a run, with what it moved. */
export interface RunStep extends Omit<Tables['steps'], 'run_id' | 'number' | 'known_issue'> {
  readonly knownIssue: string | null;
  readonly ledger: readonly Omit<Tables['ledger'], 'run_id' | 'step'>[];
}

/** All that the database has of a run. */
export interface Run extends RunHead, Case {
  readonly caseId: number;
  /** The code of the cause; the cause as JSON, where it is known; and the check that failed. */
  readonly code: string;
  readonly finding: string | null;
  readonly check_name: string | null;
  readonly begun: string;
  readonly nightlyRun: number | null;
  readonly suite: string | null;
  readonly environment: Tables['environments'];
  readonly steps: readonly RunStep[];
  readonly measurements: readonly Omit<Tables['measurements'], 'run_id'>[];
}

/** A run by its number or its name; undefined if there is none. */
export async function runOf(db: Database, which: number | string): Promise<Run | undefined> {
  const head = await db
    .selectFrom('runs')
    .innerJoin('cases', 'cases.id', 'runs.case_id')
    .leftJoin('nightly_runs', 'nightly_runs.id', 'runs.nightly_run_id')
    .where((eb) => (typeof which === 'number' ? eb('runs.id', '=', which) : eb('runs.name', '=', which)))
    .selectAll('cases')
    .selectAll('runs')
    .select('nightly_runs.suite')
    .executeTakeFirst();
  if (head === undefined) return undefined;
  const {
    id,
    case_id: caseId,
    known_issue: knownIssue,
    nightly_run_id: nightlyRun,
    environment: key,
    ...rest
  } = head;
  const [environment, steps, ledger, measurements] = await Promise.all([
    db.selectFrom('environments').selectAll().where('key', '=', key).executeTakeFirstOrThrow(),
    db.selectFrom('steps').selectAll().where('run_id', '=', id).orderBy('number').execute(),
    db.selectFrom('ledger').selectAll().where('run_id', '=', id).execute(),
    db.selectFrom('measurements').selectAll().where('run_id', '=', id).orderBy('name').execute(),
  ]);
  return {
    ...rest,
    ...{id, caseId, nightlyRun, environment, knownIssue},
    steps: steps.map(({run_id: _run, number, known_issue: stepIssue, ...step}) => ({
      ...step,
      knownIssue: stepIssue,
      ledger: ledger
        .filter((flow) => flow.step === number)
        .map(({run_id: _of, step: _step, ...flow}) => flow),
    })),
    measurements: measurements.map(({run_id: _run, ...measurement}) => measurement),
  };
}
