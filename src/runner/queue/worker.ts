// SPDX-License-Identifier: MIT
import path from 'node:path';
import type {Context} from '../../base/context.ts';
import {HostError} from '../../base/errors.ts';
import {labRoot} from '../../base/paths.ts';
import {bundlesRoot} from '../../results/bundle.ts';
import {openDatabase} from '../../results/database/connect.ts';
import {withTasks} from '../tasks.ts';
import {attemptJob} from './attempt-job.ts';
import {labKey} from './lab-key.ts';
import {openQueue} from './queue.ts';
import {ownShelf, sharedShelf} from './shelf.ts';
import {type News, work} from './work.ts';

/** How a worker works. */
export interface WorkerRequest {
  /** The URL of the queue's database. */
  readonly url: string;
  readonly qemu: string | undefined;
  /** The number of guests at the same time. */
  readonly jobs: number;
  /** The directory of bundles that all hosts share, if there is one. */
  readonly bundles: string | undefined;
  /** Seconds without a job after which the worker ends. */
  readonly idleExit: number | undefined;
}

/** Receives what a worker does. */
export interface WorkerListener {
  /** The worker takes jobs from now on. */
  readonly ready: (queue: string, database: string) => void;
  readonly told: (news: News) => void;
}

/** Takes jobs from the queue of this checkout and runs them, until the context is aborted or no job came for long. */
export async function runWorker(
  {url, qemu, jobs, bundles, idleExit}: WorkerRequest,
  {ready, told}: WorkerListener,
  context: Context,
): Promise<void> {
  const key = await labKey(labRoot);
  const shelf = bundles === undefined ? ownShelf(bundlesRoot) : await sharedShelf(path.resolve(bundles));
  await withTasks(context, async ({begin}) => {
    const connection = await begin({
      title: 'database',
      setup: () => openDatabase(url, context),
      teardown: (opened) => opened.close(),
    });
    const queue = await begin({
      title: 'queue',
      setup: () => openQueue(url, key, 'worker', context),
      teardown: (opened) => opened.close(),
    });
    ready(queue.name, connection.name);
    const idle = idleExit === undefined ? undefined : idleExit * 1000;
    await work(
      {
        ...{db: connection.db, queue, shelf, jobs, idleExit: idle, told},
        attempt: async (job, own) => {
          await checkLab(key);
          return attemptJob(job, qemu, own);
        },
      },
      context,
    );
  });
}

/** A worker lives for days: what it was started from may have been changed under it. */
async function checkLab(key: string): Promise<void> {
  if ((await labKey(labRoot)) === key) return;
  throw new HostError('this checkout is not what it was when the worker was started', {
    hint: 'start it again: a service manager does',
  });
}
