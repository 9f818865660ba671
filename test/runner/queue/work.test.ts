// SPDX-License-Identifier: MIT
// The worker's loop, on doubles of the queue and of what settles a claim.
import {temporary} from '../../base/temporary-cache.ts';
import path from 'node:path';
import test from 'ava';
import type {Context} from '../../../src/base/context.ts';
import {HostError, Interrupted} from '../../../src/base/errors.ts';
import type {Queue} from '../../../src/runner/queue/queue.ts';
import {localBundleStore} from '../../../src/runner/queue/bundle-store.ts';
import {type Attempted, type News, work} from '../../../src/runner/queue/work.ts';
import {openDatabase} from '../../../src/results/database/connect.ts';
import {openNightlyRun} from '../../../src/results/database/nightly-runs.ts';
import {recordingContext} from '../../base/contexts.ts';

/** What a worker did: what it told, and what it said to the queue. */
interface Seen {
  readonly news: string[];
  readonly said: string[];
}

let made = 0;

/** Lets a worker loose on jobs that wait: each is `[run, nightly run]`, or no job. */
async function worked(
  waiting: readonly unknown[],
  {
    attempt = () =>
      Promise.resolve({
        unbegun: {scenario: 'a', topology: 'any', variant: 'plain', kernel: 'k', reason: 'none', qemu: ''},
      }),
    settled = true,
    context = recordingContext(),
  }: {
    readonly attempt?: (run: string, context: Context) => Promise<Attempted>;
    readonly settled?: boolean;
    readonly context?: Context;
  } = {},
): Promise<Seen & {readonly end: unknown}> {
  const connection = await openDatabase(path.join(temporary, `work-${++made}.sqlite`), context);
  const nightlyRun = await openNightlyRun(connection.db, {suite: 's', begun: 'now', host: 'h', planned: 1});
  const said: string[] = [];
  const left = waiting.map((data, index) => ({
    ...{id: `job-${index}`, retryCount: 0},
    data:
      typeof data === 'string'
        ? {scenario: 'a', kernel: 'k', variant: 'plain', run: data, attempt: 1, nightlyRun}
        : data,
  }));
  const note =
    (what: string) =>
    (_name: string, {id}: {readonly id: string}, output?: {readonly message: string}): Promise<object> => {
      said.push(`${what} ${id}${output === undefined ? '' : `: ${output.message.replace(/^.*?: /, '')}`}`);
      return Promise.resolve({affected: 1});
    };
  const boss = {
    fetch: () => Promise.resolve(left.splice(0, 1)),
    touch: () => Promise.resolve({affected: 1}),
    ...{fail: note('fail'), cancel: note('cancel')},
  };
  const queue = {boss, name: 'q'} as unknown as Queue;
  const news: string[] = [];
  const bench = {
    ...{db: connection.db, queue, store: localBundleStore(temporary), jobs: 1, idleExit: 1},
    attempt: (job: {readonly run: string}, held: Context) => attempt(job.run, held),
    told: ({job, what, ...more}: News) => {
      news.push(`${what} ${job.run}${'why' in more ? `: ${more.why}` : ''}`);
    },
  };
  const settle = (): Promise<boolean> => Promise.resolve(settled);
  const end: unknown = await work(bench, context, settle).then(
    () => undefined,
    (error: unknown) => error,
  );
  await connection.close();
  return {news, said, end};
}

test('each job is taken, made and recorded; a worker without work ends', async (t) => {
  const {news, said, end} = await worked(['one', 'two']);
  t.is(end, undefined);
  t.deepEqual(news, ['taken one', 'recorded one', 'taken two', 'recorded two']);
  t.deepEqual(said, []);
});

test('what is no job, and a job of another nightly run, are not made', async (t) => {
  const other = {scenario: 'a', kernel: 'k', variant: 'plain', run: 'old', attempt: 1, nightlyRun: 99};
  const {news, said} = await worked([{nonsense: 1}, other]);
  t.deepEqual(news, ['taken old', 'dropped old: its nightly run is over']);
  t.deepEqual(said, ['fail job-0: this is no run', 'cancel job-1']);
});

test('what another worker has settled is dropped', async (t) => {
  const {news} = await worked(['one'], {settled: false});
  t.deepEqual(news, ['taken one', 'dropped one: another worker has taken it over, or will']);
});

test('an attempt that throws gives its job back, and ends the worker', async (t) => {
  const error = new HostError('no space left');
  const {news, said, end} = await worked(['one', 'two'], {attempt: () => Promise.reject(error)});
  t.is(end, error);
  t.deepEqual(news, ['taken one']);
  t.is(said.length, 1);
  t.regex(said[0] ?? '', /^fail job-0: .*no space left/);
});

test('a worker that is stopped gives its job back', async (t) => {
  const controller = new AbortController();
  const {said, end} = await worked(['one'], {
    context: {...recordingContext(), signal: controller.signal},
    attempt: () => {
      controller.abort();
      return Promise.reject(new Interrupted());
    },
  });
  t.true(end instanceof Interrupted);
  t.deepEqual(said, ['fail job-0: its worker was stopped']);
});
