// SPDX-License-Identifier: MIT
import {setTimeout as delay} from 'node:timers/promises';
import {type Context, checkpoint} from '../../base/context.ts';
import {type RunFacts, readBundle} from '../../results/bundle-facts.ts';
import type {Database} from '../../results/database/tables.ts';
import {isAway, withRetry} from '../../results/database/retry.ts';
import {thisHost} from '../../results/host-facts.ts';
import {type Unbegun, unbegunFacts} from '../../results/unbegun.ts';
import {type Claim, giveBack, take, withHeartbeat} from './claim.ts';
import {settleClaim} from './settle.ts';
import type {Job, Made} from './job.ts';
import type {Queue} from './queue.ts';
import {localBundleStore, type StagedBundle, type BundleStore} from './bundle-store.ts';

/** What came of an attempt: the directory of its bundle, or why there is none. */
export type Attempted = {readonly bundle: string} | {readonly unbegun: Unbegun};

/** What a worker tells as it goes. */
export type News = {readonly job: Job} & (
  | {readonly what: 'taken'}
  | {readonly what: 'recorded'; readonly made: Made}
  /** Another has taken it over, or its nightly run is no more. */
  | {readonly what: 'dropped'; readonly why: string}
);

/** How a worker works. */
export interface Workbench {
  readonly db: Database;
  readonly queue: Queue;
  readonly store: BundleStore;
  /** Guests at the same time. */
  readonly jobs: number;
  /** It ends when it had nothing to do for so long, in milliseconds. */
  readonly idleExit: number | undefined;
  /** Makes an attempt. What it throws ends the worker, unless the context was told to stop. */
  readonly attempt: (job: Job, context: Context) => Promise<Attempted>;
  readonly told: (news: News) => void;
}

/** A workbench, and how a claim is settled. */
interface Settling extends Workbench {
  readonly settle: typeof settleClaim;
}

/** How often an idle worker looks for a job, in milliseconds. */
const interval = 500;

/**
 * Takes runs and makes them, until the context is told to stop, or there was nothing to do for long.
 * @param settle records what came of a claim
 */
export async function work(given: Workbench, context: Context, settle = settleClaim): Promise<void> {
  const bench = {...given, settle};
  const broken = new AbortController();
  const together = {...context, signal: AbortSignal.any([context.signal, broken.signal])};
  let busy = 0;
  let last = performance.now();
  const hand = async (): Promise<void> => {
    for (;;) {
      checkpoint(together);
      const claim = await take(bench.queue, together);
      if (claim === undefined) {
        const {idleExit} = bench;
        if (idleExit !== undefined && busy === 0 && performance.now() - last > idleExit) return;
        await delay(interval, undefined, {signal: together.signal}).catch(() => undefined);
        continue;
      }
      busy++;
      await doJob(bench, claim, together).finally(() => {
        busy--;
        last = performance.now();
      });
    }
  };
  const hands = Array.from({length: bench.jobs}, async () => {
    try {
      await hand();
    } catch (error) {
      broken.abort();
      throw error;
    }
  });
  // The first rejection is the cause; the others were told to stop, and must have before we return.
  await Promise.all(hands).finally(() => Promise.allSettled(hands));
}

async function doJob(bench: Settling, claim: Claim, context: Context): Promise<void> {
  const {queue, told} = bench;
  const {job} = claim;
  if (job === undefined) {
    await giveBack(queue, claim, 'this is no run');
    return;
  }
  told({job, what: 'taken'});
  await withHeartbeat(queue, claim, context, async (held, lost) => {
    try {
      const why = await perform(bench, claim, job, {held, context});
      if (why !== undefined) told({job, what: 'dropped', why});
    } catch (error) {
      if (lost.aborted && !context.signal.aborted) {
        told({job, what: 'dropped', why: takenOver});
        return;
      }
      await giveBack(queue, claim, context.signal.aborted ? 'its worker was stopped' : String(error));
      throw error;
    }
  });
}

const takenOver = 'another worker has taken it over, or will';

/**
 * Makes the attempt and records it.
 * @param held stops too when the claim is lost, `context` does not: what is done by then is settled in any case
 * @returns why it was dropped, if it was
 */
async function perform(
  {db, queue, store, attempt, told, settle}: Settling,
  claim: Claim,
  job: Job,
  {held, context}: {readonly held: Context; readonly context: Context},
): Promise<string | undefined> {
  if (!(await isOpen(db, job.nightlyRun, held))) {
    const {id, retryCount} = claim;
    await withRetry(held, () => queue.boss.cancel(queue.name, {id, retryCount}));
    return 'its nightly run is over';
  }
  const attempted = await attempt(job, held);
  const {facts, staged} = await packedUp(attempted, store, held);
  const made = madeOf(facts);
  const settlement = {made, facts, nightlyRun: job.nightlyRun, place: staged.place};
  try {
    if (!(await settle(db, queue, claim, settlement, context))) {
      await staged.discard();
      return takenOver;
    }
  } catch (error) {
    // When the database went away over it, it may be recorded all the same: then what is placed stays.
    if (!isAway(error) && !context.signal.aborted) await staged.discard();
    throw error;
  }
  await staged.tidy();
  told({job, what: 'recorded', made});
  return undefined;
}

/** A run with its bundle on the way, or one that has none. */
async function packedUp(
  attempted: Attempted,
  store: BundleStore,
  context: Context,
): Promise<{readonly facts: RunFacts; readonly staged: StagedBundle}> {
  if ('unbegun' in attempted) {
    const staged = {target: '', ...nothing};
    return {facts: unbegunFacts(attempted.unbegun), staged};
  }
  const {bundle} = attempted;
  try {
    const facts = await readBundle(bundle);
    const staged = await store.upload(bundle, context);
    return {facts: {...facts, bundle: staged.target}, staged};
  } catch (error) {
    await (await localBundleStore('').upload(bundle, context)).discard();
    throw error;
  }
}

const none = (): Promise<void> => Promise.resolve();
const nothing = {place: none, discard: none, tidy: none};

function madeOf({name, record, bundle}: RunFacts): Made {
  const {verdict, reason, knownIssue, durationMs, qemu} = record;
  return {
    ...{name, verdict, reason, durationMs, qemu, host: thisHost().name},
    ...(knownIssue !== undefined && {knownIssue}),
    ...(bundle !== undefined && {bundle}),
  };
}

/** Returns whether a nightly run is still open. One that was started over leaves jobs in the queue. */
async function isOpen(db: Database, nightlyRun: number, context: Context): Promise<boolean> {
  const found = await withRetry(context, () =>
    db.selectFrom('nightly_runs').select('state').where('id', '=', nightlyRun).executeTakeFirst(),
  );
  return found?.state === 'running';
}
