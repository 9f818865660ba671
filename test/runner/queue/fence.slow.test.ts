// SPDX-License-Identifier: MIT
import test from 'ava';
import {UsageError} from '../../../src/base/errors.ts';
import {type Claim, giveBack, take, whileHeld} from '../../../src/runner/queue/claim.ts';
import {settleClaim} from '../../../src/runner/queue/fence.ts';
import {type Job, jobId, type Made} from '../../../src/runner/queue/job.ts';
import {Outstanding} from '../../../src/runner/queue/outstanding.ts';
import {openQueue, type Queue, queueUrl} from '../../../src/runner/queue/queue.ts';
import {type Connection, openDatabase} from '../../../src/results/database/connect.ts';
import {openNightlyRun} from '../../../src/results/database/nightly-runs.ts';
import {unbegunFacts} from '../../../src/results/unbegun.ts';
import {recordingContext} from '../../base/contexts.ts';
import {type Postgres, query, startPostgres} from '../../results/postgres.ts';

const context = recordingContext();
const about = {scenario: 'a', topology: 'any', variant: 'plain', kernel: 'k'};

let postgres: Postgres;
let connection: Connection;
let nightlyRun: number;
const queues: Queue[] = [];

test.before(async () => {
  postgres = await startPostgres();
  connection = await openDatabase(postgres.url, context);
  nightlyRun = await openNightlyRun(connection.db, {suite: 's', begun: 'now', host: 'h', planned: 1});
});

test.after.always(async () => {
  for (const queue of queues) await queue.close();
  await connection.close();
  await postgres.stop();
});

async function open(key: string, role: 'worker' | 'nightly' = 'worker'): Promise<Queue> {
  const queue = await openQueue(postgres.url, key, role, context);
  queues.push(queue);
  return queue;
}

const jobOf = (run: string): Job => {
  return {scenario: 'a', kernel: 'k', variant: 'plain', run, attempt: 1, nightlyRun};
};
const idOf = (run: string): string => jobId({suite: 's', begun: 'now'}, run, 1);

async function send(queue: Queue, run: string): Promise<void> {
  await queue.boss.insert(queue.name, [{id: idOf(run), data: jobOf(run)}]);
}

/** Records that a claim's run could not be begun; returns whether it was, and the name of the run. */
async function settle(queue: Queue, claim: Claim, place = () => Promise.resolve()) {
  const facts = unbegunFacts({...about, reason: 'none', qemu: ''});
  const made: Made = {name: facts.name, verdict: 'error', reason: 'none', durationMs: 0, qemu: '', host: 'h'};
  const settlement = {made, facts, nightlyRun, place};
  return {
    name: facts.name,
    recorded: await settleClaim(connection.db, queue, claim, settlement, context),
    again: () => settleClaim(connection.db, queue, claim, settlement, context),
  };
}

async function claimOf(queue: Queue): Promise<Claim> {
  const claim = await take(queue, context);
  if (claim === undefined) throw new Error('nothing is queued');
  return claim;
}

async function recorded(names: readonly string[]): Promise<readonly unknown[]> {
  const list = names.map((name) => `'${name}'`).join(',');
  return (await query(postgres.url, `select name from runs where name in (${list})`)).map(
    (row) => row['name'],
  );
}

test('only who has the claim records, and once', async (t) => {
  const queue = await open('fence');
  await send(queue, 'one');
  const late = await claimOf(queue);
  t.deepEqual(late.job, jobOf('one'));
  await giveBack(queue, late, 'as if its heartbeat had been lost');
  // It waits for another: nobody has it.
  const between = await settle(queue, late);
  const next = await claimOf(queue);
  t.is(next.id, late.id);
  // It is another's.
  const after = await settle(queue, late);
  const own = await settle(queue, next);
  // It is done.
  const last = await settle(queue, late);
  t.deepEqual([between.recorded, after.recorded, own.recorded, last.recorded], [false, false, true, false]);
  t.deepEqual(await recorded([between.name, after.name, own.name, last.name]), [own.name]);
  t.true(await own.again(), 'whoever does not know whether it was committed learns that it was');
});

test('where the bundle cannot be placed nothing is recorded, and the job stays', async (t) => {
  const queue = await open('unplaced');
  await send(queue, 'one');
  const claim = await claimOf(queue);
  await t.throwsAsync(
    settle(queue, claim, () => Promise.reject(new Error('no room'))),
    {message: 'no room'},
  );
  t.true((await settle(queue, claim)).recorded);
});

test('a claim that is lost stops the work', async (t) => {
  const queue = await open('lost');
  await send(queue, 'one');
  const claim = await claimOf(queue);
  const stopped = await whileHeld(queue, claim, context, async ({signal}, lost) => {
    await giveBack(queue, claim, 'as if its heartbeat had been lost');
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve);
    });
    return lost.aborted;
  });
  t.true(stopped);
});

test('another lab does not see the queue, nor count as a worker of it', async (t) => {
  const [own, other] = [await open('own'), await open('other')];
  await send(own, 'one');
  t.is(await take(other, context), undefined);
  t.not(await take(own, context), undefined);
  t.is(await own.workers(), 1);
  const asking = await open('own', 'nightly');
  t.is(await asking.workers(), 1);
});

test('a job is queued once however often it is asked for; what no worker ends is an error', async (t) => {
  const queue = await open('outstanding');
  const outstanding = new Outstanding(connection.db, queue, context);
  const ended = outstanding.make(idOf('two'), jobOf('two'), context);
  const again = new Outstanding(connection.db, queue, context);
  const other = again.make(idOf('two'), jobOf('two'), context);
  let taken = 0;
  for (const limit = Date.now() + 20_000; taken < 6 && Date.now() < limit; ) {
    const claim = await take(queue, context);
    if (claim === undefined) continue;
    taken++;
    await giveBack(queue, claim, 'as if it had died');
  }
  t.is(taken, 6);
  const failed = await ended;
  t.true('failed' in failed && /^6 workers took it .*: .*as if it had died/.test(failed.failed));
  t.deepEqual(await other, failed);
  t.is(await take(queue, context), undefined);
  await Promise.all([outstanding.close(), again.close()]);
});

test('a queue needs PostgreSQL', (t) => {
  t.is(queueUrl('postgres://h/d'), 'postgres://h/d');
  t.throws(() => queueUrl('results.sqlite'), {instanceOf: UsageError, message: /needs PostgreSQL/});
});
