// SPDX-License-Identifier: MIT
import {availableParallelism} from 'node:os';
import path from 'node:path';
import type {Command} from '@commander-js/extra-typings';
import {HostError} from '../base/errors.ts';
import {labRoot} from '../base/paths.ts';
import {labKey} from '../plan/queue/lab-key.ts';
import {openQueue, queueUrl} from '../plan/queue/queue.ts';
import {ownShelf, sharedShelf} from '../plan/queue/shelf.ts';
import {type News, work} from '../plan/queue/work.ts';
import {bundlesRoot} from '../results/bundle.ts';
import {openDatabase} from '../results/database/connect.ts';
import {interruptible} from './interrupt.ts';
import {count, shared} from './options.ts';
import {progressLines} from './progress.ts';
import {attemptJob} from './worker/attempt.ts';

/** A guest has a processor of its own, and the lab another one. */
const defaultJobs = Math.max(1, Math.floor(availableParallelism() / 2));

/** `p2plab worker`. */
export function addWorker(program: Command, finish: (exitCode: number) => void): void {
  program
    .command('worker')
    .description('make the runs that `p2plab nightly --queue` asks for, on any number of hosts')
    .addOption(shared.database())
    .addOption(shared.qemu())
    .option('--jobs <n>', 'guests at the same time', count, defaultJobs)
    .option(
      '--bundles <folder>',
      "where bundles are put: the same folder on all hosts; without it in the lab's own, which only this host has",
    )
    .option('--idle-exit <seconds>', 'end when nothing came for so long', count)
    .action(async ({database, qemu, jobs, bundles, idleExit}) => {
      const url = queueUrl(database);
      const lines = progressLines();
      const told = (news: News): void => {
        if (news.what !== 'taken') lines.end(news.job.scenario);
        lines.print(line(news));
      };
      await interruptible(lines.show, async (context) => {
        const key = await labKey(labRoot);
        const shelf =
          bundles === undefined ? ownShelf(bundlesRoot) : await sharedShelf(path.resolve(bundles));
        const connection = await openDatabase(url, context);
        try {
          const queue = await openQueue(url, key, 'worker', context);
          try {
            lines.print(
              `${queue.name} on ${connection.name}: ${jobs === 1 ? 'a guest' : `${jobs} guests`} at a time`,
            );
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
          } finally {
            await queue.close();
          }
        } finally {
          await connection.close();
        }
      }).finally(() => {
        lines.close();
      });
      finish(0);
    });
}

/** A worker lives for days: what it was started from may have been changed under it. */
async function checkLab(key: string): Promise<void> {
  if ((await labKey(labRoot)) === key) return;
  throw new HostError('this checkout is not what it was when the worker was started', {
    hint: 'start it again: a service manager does',
  });
}

function line(news: News): string {
  const {run, attempt} = news.job;
  const name = attempt === 1 ? run : `${run}, attempt ${attempt}`;
  switch (news.what) {
    case 'taken':
      return `took ${name}`;
    case 'recorded':
      return `${news.made.verdict.toUpperCase()} ${name} ${(news.made.durationMs / 1000).toFixed(1)} s`;
    case 'dropped':
      return `dropped ${name}: ${news.why}`;
  }
}
