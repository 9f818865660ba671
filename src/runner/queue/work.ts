// SPDX-License-Identifier: MIT
import {setTimeout as delay} from 'node:timers/promises';
import {type Context, checkpoint} from '../../base/context.ts';
import {type RunFacts, readBundle} from '../../results/bundle-facts.ts';
import type {Database} from '../../results/database/tables.ts';
import {isAway, withPatience} from '../../results/database/patience.ts';
import {thisHost} from '../../results/host.ts';
import {type Unbegun, unbegunFacts} from '../../results/unbegun.ts';
import {type Claim, giveBack, take, whileHeld} from './claim.ts';
import {settleClaim} from './fence.ts';
import type {Job, Made} from './job.ts';
import type {Queue} from './queue.ts';
import {ownShelf, type Parcel, type Shelf} from './shelf.ts';

/** What came of an attempt: the folder of its bundle, or why there is none. */
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
  readonly shelf: Shelf;
  /** Guests at the same time. */
  readonly jobs: number;
  /** It ends when it had nothing to do for so long, in milliseconds. */
  readonly idleExit: number | undefined;
  /** Makes an attempt. What it throws ends the worker, unless the context was told to stop. */
  readonly attempt: (job: Job, context: Context) => Promise<Attempted>;
  readonly told: (news: News) => void;
}

/** How often an idle worker looks for a job, in milliseconds. */
const interval = 500;

/** Takes runs and makes them, until the context is told to stop, or there was nothing to do for long. */
export async function work(bench: Workbench, context: Context): Promise<void> {
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

async function doJob(bench: Workbench, claim: Claim, context: Context): Promise<void> {
  const {queue, told} = bench;
  const {job} = claim;
  if (job === undefined) {
    await giveBack(queue, claim, 'this is no run');
    return;
  }
  told({job, what: 'taken'});
  await whileHeld(queue, claim, context, async (held, lost) => {
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
  {db, queue, shelf, attempt, told}: Workbench,
  claim: Claim,
  job: Job,
  {held, context}: {readonly held: Context; readonly context: Context},
): Promise<string | undefined> {
  if (!(await isOpen(db, job.nightlyRun, held))) {
    const {id, retryCount} = claim;
    await withPatience(held, () => queue.boss.cancel(queue.name, {id, retryCount}));
    return 'its nightly run is over';
  }
  const attempted = await attempt(job, held);
  const {facts, parcel} = await packedUp(attempted, shelf, held);
  const made = madeOf(facts);
  const settlement = {made, facts, nightlyRun: job.nightlyRun, place: parcel.place};
  try {
    if (!(await settleClaim(db, queue, claim, settlement, context))) {
      await parcel.discard();
      return takenOver;
    }
  } catch (error) {
    // When the database went away over it, it may be recorded all the same: then what is placed stays.
    if (!isAway(error) && !context.signal.aborted) await parcel.discard();
    throw error;
  }
  await parcel.tidy();
  told({job, what: 'recorded', made});
  return undefined;
}

/** A run with its bundle on the way, or one that has none. */
async function packedUp(
  attempted: Attempted,
  shelf: Shelf,
  context: Context,
): Promise<{readonly facts: RunFacts; readonly parcel: Parcel}> {
  if ('unbegun' in attempted) {
    const parcel = {target: '', ...nothing};
    return {facts: unbegunFacts(attempted.unbegun), parcel};
  }
  const {bundle} = attempted;
  try {
    const facts = await readBundle(bundle);
    const parcel = await shelf.bring(bundle, context);
    return {facts: {...facts, bundle: parcel.target}, parcel};
  } catch (error) {
    await (await ownShelf('').bring(bundle, context)).discard();
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

/** A nightly run that was begun anew leaves the jobs of the old one behind. */
async function isOpen(db: Database, nightlyRun: number, context: Context): Promise<boolean> {
  const found = await withPatience(context, () =>
    db.selectFrom('nightly_runs').select('state').where('id', '=', nightlyRun).executeTakeFirst(),
  );
  return found?.state === 'running';
}
