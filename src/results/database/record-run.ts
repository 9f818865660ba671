// SPDX-License-Identifier: MIT
import type {Insertable, Transaction} from 'kysely';
import {hex} from '../../base/hex.ts';
import type {Judgement} from '../../verdict/judge.ts';
import {flows} from '../flows.ts';
import type {RunFacts} from '../bundle-facts.ts';
import type {Database, Tables} from './tables.ts';

/** A case: what is compared from one nightly run to the next. */
export interface Case {
  readonly scenario: string;
  readonly topology: string;
  readonly variant: string;
  readonly kernel: string;
}

/**
 * Records a run, whole or not at all. One that is recorded already stays as it is, so that whoever was killed
 * may do all again.
 * @param nightlyRun the nightly run that it is an attempt of
 * @returns its number
 */
export function recordRun(db: Database, facts: RunFacts, nightlyRun: number | null = null): Promise<number> {
  return db.transaction().execute((transaction) => recordIn(transaction, facts, nightlyRun));
}

/** {@link recordRun} as a part of a transaction. */
export async function recordIn(
  db: Transaction<Tables>,
  {name, begun, record, environment, fingerprint, measurements, bundle}: RunFacts,
  nightlyRun: number | null,
): Promise<number> {
  await db
    .insertInto('environments')
    .values({
      key: environment.key,
      host: environment.host,
      host_facts: JSON.stringify(environment.hostFacts),
      acceleration: environment.acceleration,
      qemu: environment.qemu,
      kernel: environment.kernel.name,
      kernel_key: environment.kernel.key,
      kernel_release: environment.kernel.release,
      kernel_inputs: JSON.stringify(environment.kernelInputs),
      image: environment.image,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  if (fingerprint !== undefined) {
    await db
      .insertInto('fingerprints')
      .values({...fingerprint})
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  const inserted = await db
    .insertInto('runs')
    .values({
      name,
      case_id: await caseId(db, record),
      nightly_run_id: nightlyRun,
      environment: environment.key,
      begun,
      duration: record.durationMs,
      verdict: record.verdict,
      reason: record.reason,
      known_issue: record.knownIssue ?? null,
      ...findingColumns(record),
      fingerprint: fingerprint?.key ?? null,
      bundle: bundle ?? null,
    })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (inserted === undefined) {
    const known = await db.selectFrom('runs').select('id').where('name', '=', name).executeTakeFirstOrThrow();
    return known.id;
  }
  const {id} = inserted;
  await insertAll(
    db,
    'steps',
    record.steps.map((step, number) => {
      const {title, verb, verdict, reason, knownIssue = null, durationMs: duration} = step;
      return {
        run_id: id,
        number,
        title,
        verb,
        verdict,
        reason,
        known_issue: knownIssue,
        duration,
        ...findingColumns(step),
      };
    }),
  );
  await insertAll(
    db,
    'ledger',
    record.steps.flatMap(({ledger}, step) =>
      flows(ledger).map(({initiator, direction, target, bar, bytes, pieces, address, route, by}) => ({
        run_id: id,
        step,
        initiator,
        direction,
        target,
        bar: bar ?? null,
        bytes,
        pieces,
        address: hex(address),
        route: route ?? null,
        by: by ?? null,
      })),
    ),
  );
  await insertAll(
    db,
    'measurements',
    measurements.map((measurement) => ({run_id: id, ...measurement})),
  );
  return id;
}

/** The cause of a verdict, by code and whole. */
function findingColumns({
  finding,
  check,
}: Pick<Judgement, 'finding' | 'check'>): Pick<
  Insertable<Tables['steps']>,
  'code' | 'finding' | 'check_name'
> {
  return {code: finding.code, finding: JSON.stringify(finding), check_name: check ?? null};
}

/** The number of a case, which is made if there is none. */
export async function caseId(
  db: Transaction<Tables>,
  {scenario, topology, variant, kernel}: Case,
): Promise<number> {
  const find = () =>
    db
      .selectFrom('cases')
      .select('id')
      .where('scenario', '=', scenario)
      .where('topology', '=', topology)
      .where('variant', '=', variant)
      .where('kernel', '=', kernel)
      .executeTakeFirst();
  const known = await find();
  if (known !== undefined) return known.id;
  const made = await db
    .insertInto('cases')
    .values({scenario, topology, variant, kernel})
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  const found = made ?? (await find());
  if (found === undefined) throw new Error(`the case of ${scenario} is there and cannot be seen`);
  return found.id;
}

/** How many values a statement may have: SQLite's limit is 32,766. */
const mostValues = 10_000;

/** Inserts rows, as many at a time as a statement can hold. */
export async function insertAll<T extends keyof Tables>(
  db: Database,
  table: T,
  rows: readonly Insertable<Tables[T]>[],
): Promise<void> {
  const [first] = rows;
  if (first === undefined) return;
  const size = Math.max(1, Math.floor(mostValues / Object.keys(first).length));
  for (let start = 0; start < rows.length; start += size) {
    await db
      .insertInto(table)
      .values(rows.slice(start, start + size))
      .execute();
  }
}
