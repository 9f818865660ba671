// SPDX-License-Identifier: MIT
import type {Database} from '../database/tables.ts';
import {nightlyRuns, type NightlyRunSummary} from './nightly-runs.ts';

/** What the lab or its host failed by, and how often. */
export interface LabFailure {
  readonly fingerprint: string;
  readonly title: string;
  readonly count: number;
  readonly last: string;
  /** The newest run that failed so. */
  readonly run: number;
}

/** A host, by the environments that runs were recorded with. */
export interface HostUse {
  readonly host: string;
  readonly runs: number;
  readonly errors: number;
  readonly last: string;
}

/** How the lab itself is. */
export interface Health {
  readonly nightlyRuns: readonly NightlyRunSummary[];
  readonly failures: readonly LabFailure[];
  readonly hosts: readonly HostUse[];
  /** Runs, results and nightly runs in the database. */
  readonly rows: {readonly runs: number; readonly results: number; readonly nightlyRuns: number};
}

/** How the lab has been since a time: its nightly runs, what it failed by, its hosts. */
export async function health(db: Database, since: string): Promise<Health> {
  const failures = await db
    .selectFrom('runs')
    .innerJoin('fingerprints', 'fingerprints.key', 'runs.fingerprint')
    .where('runs.verdict', '=', 'error')
    .where('runs.begun', '>=', since)
    .groupBy(['fingerprints.key', 'fingerprints.title'])
    .select((eb) => [
      'fingerprints.key as fingerprint',
      'fingerprints.title',
      eb.fn.countAll<number>().as('count'),
      eb.fn.max('runs.begun').as('last'),
      eb.fn.max('runs.id').as('run'),
    ])
    .execute();
  const hosts = await db
    .selectFrom('runs')
    .innerJoin('environments', 'environments.key', 'runs.environment')
    .where('runs.begun', '>=', since)
    .groupBy('environments.host')
    .select((eb) => [
      'environments.host',
      eb.fn.countAll<number>().as('runs'),
      eb.fn.sum<number>(eb.case().when('runs.verdict', '=', 'error').then(1).else(0).end()).as('errors'),
      eb.fn.max('runs.begun').as('last'),
    ])
    .execute();
  const [runs, results, all] = await Promise.all(
    (['runs', 'results', 'nightly_runs'] as const).map(async (table) => {
      const row = await db
        .selectFrom(table)
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      return row.count;
    }),
  );
  return {
    nightlyRuns: (await nightlyRuns(db, {limit: 30})).filter(({begun}) => begun >= since),
    failures: failures.toSorted((a, b) => b.count - a.count),
    hosts,
    rows: {runs: runs ?? 0, results: results ?? 0, nightlyRuns: all ?? 0},
  };
}
