// SPDX-License-Identifier: MIT
import {type Transaction, sql} from 'kysely';
import {fromKysely} from 'pg-boss';
import type {Context} from '../../base/context.ts';
import type {RunFacts} from '../../results/bundle-facts.ts';
import type {Database, Tables} from '../../results/database/tables.ts';
import {withPatience} from '../../results/database/patience.ts';
import {recordIn} from '../../results/database/record.ts';
import type {Claim} from './claim.ts';
import {type Made, readMade} from './job.ts';
import {affected, type Queue, schema} from './queue.ts';

/** What is settled: what came of a job, and the run to record with it. */
export interface Settlement {
  readonly made: Made;
  readonly facts: RunFacts;
  readonly nightlyRun: number;
  /** Puts the run's bundle where all can read it; done again it does nothing. */
  readonly place: () => Promise<void>;
}

/** The transaction has to be undone: pg-boss does not see the claim that we have locked. */
class Unsettled extends Error {}

/**
 * Records a run and completes its job, both or neither, and only while the job is this worker's: a worker that
 * was thought dead comes too late. The job's row is locked first, so that nobody takes it over meanwhile.
 * @returns whether it is recorded
 */
export async function settleClaim(
  db: Database,
  queue: Queue,
  claim: Claim,
  {made, facts, nightlyRun, place}: Settlement,
  context: Context,
): Promise<boolean> {
  return withPatience(context, () =>
    db.transaction().execute(async (transaction) => {
      const found = await lockJob(transaction, queue, claim);
      // Whether a commit was done is not known when the connection breaks: then it is done again.
      if (found?.state === 'completed') return readMade(found.output)?.name === made.name;
      if (found?.state !== 'active' || found.retry_count !== claim.retryCount) return false;
      await place();
      await recordIn(transaction, facts, nightlyRun);
      const {id, retryCount} = claim;
      const completed = await queue.boss.complete(queue.name, {id, retryCount}, made, {
        db: fromKysely(transaction),
      });
      if (affected(completed) !== 1) throw new Unsettled(`the job ${id} could not be completed`);
      return true;
    }),
  );
}

interface Row {
  readonly state: string;
  readonly retry_count: number;
  readonly output: unknown;
}

async function lockJob(
  transaction: Transaction<Tables>,
  {name}: Queue,
  {id}: Claim,
): Promise<Row | undefined> {
  const {rows} = await sql<Row>`
    select state::text as state, retry_count, output
    from ${sql.id(schema, 'job')} where name = ${name} and id = ${id}::uuid
    for update`.execute(transaction);
  return rows[0];
}
