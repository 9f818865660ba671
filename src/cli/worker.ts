// SPDX-License-Identifier: MIT
import {availableParallelism} from 'node:os';
import type {Command} from '@commander-js/extra-typings';
import {queueUrl} from '../runner/queue/queue.ts';
import type {News} from '../runner/queue/work.ts';
import {runWorker} from '../runner/queue/worker.ts';
import {count, shared} from './options.ts';
import {shown} from './shown.ts';

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
      await shown((context, lines) => {
        const ready = (queue: string, on: string): void => {
          lines.print(`${queue} on ${on}: ${jobs === 1 ? 'a guest' : `${jobs} guests`} at a time`);
        };
        const told = (news: News): void => {
          if (news.what !== 'taken') lines.end(news.job.scenario);
          lines.print(line(news));
        };
        return runWorker({url, qemu, jobs, bundles, idleExit}, {ready, told}, context);
      });
      finish(0);
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
