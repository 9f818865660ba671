// SPDX-License-Identifier: MIT
import {writeFile} from 'node:fs/promises';
import type {Command} from '@commander-js/extra-typings';
import {UsageError} from '../base/errors.ts';
import {labRoot} from '../base/paths.ts';
import {openDatabase} from '../results/database/connect.ts';
import {queueUrl} from '../plan/queue/queue.ts';
import {mapCostChanges} from '../results/queries/map-cost-changes.ts';
import {resultsOf} from '../results/queries/nightly-runs.ts';
import {findSuite, listSuites} from '../spec/catalog.ts';
import {readSuite} from '../spec/suite.ts';
import {interruptible} from './interrupt.ts';
import {localBackend} from './nightly/local.ts';
import {risesOf} from './nightly/rises.ts';
import {type NightlyResult, runNightly} from './nightly/run.ts';
import {exitCodeOf, line, summary} from './nightly/summary.ts';
import {count, shared} from './options.ts';
import {progressLines} from './progress.ts';
import {table} from './table.ts';

/** `p2plab nightly`. */
export function addNightly(program: Command, finish: (exitCode: number) => void): void {
  program
    .command('nightly')
    .description('run a suite: kernels × variants × scenarios; goes on with one that was cut short')
    .argument('[suite]', 'a suite of lab/suites, or the path of such a file', 'nightly')
    .addOption(shared.qemu())
    .addOption(shared.database())
    .option('--jobs <n>', 'processors that guests may have together; all if it is not given', count)
    .option('--queue', 'have the runs made by workers (p2plab worker), on any hosts; needs PostgreSQL', false)
    .option('--no-resume', 'start over even if the last run was interrupted')
    .option('--output <file>', 'write the summary there too, as text for a mail')
    .option('--list', 'run nothing: print the suites', false)
    .action(async (name, {qemu, database, jobs, resume, output, list, queue}) => {
      if (list) {
        const rows = listSuites(labRoot).map((entry) => [
          entry.name,
          readSuite(labRoot, entry.file).value.description,
        ]);
        process.stdout.write(`${table([{title: 'suite'}, {title: 'what is run'}], rows)}\n`);
        return;
      }
      const entry = findSuite(labRoot, name);
      const suite = {name: entry.name, spec: readSuite(labRoot, entry.file).value};
      if (queue && jobs !== undefined)
        throw new UsageError('--jobs does not go with --queue', {hint: 'each worker has its own --jobs'});
      const url = queue ? queueUrl(database) : database;
      const lines = progressLines();
      const {results, changes, rises, counted} = await interruptible(lines.show, async (context) => {
        const connection = await openDatabase(url, context);
        try {
          const told = (result: NightlyResult): void => {
            lines.end(result.run.scenario.name);
            lines.print(line(result));
          };
          const request = {suite, resume, database: connection};
          const ended =
            queue && url !== undefined
              ? await (await import('./nightly/queued.ts')).runQueued(request, {url, qemu}, told, context)
              : await runNightly(request, (own) => localBackend(suite, {qemu, jobs}, own), told, context);
          const changes = await resultsOf(connection.db, ended.nightlyRun);
          const counted = await mapCostChanges(connection.db, ended.nightlyRun);
          return {results: ended.results, changes, counted, rises: await risesOf(ended.results)};
        } finally {
          await connection.close();
        }
      }).finally(() => {
        lines.close();
      });
      const text = summary(suite.name, results, changes, rises, counted);
      process.stdout.write(`\n${text}\n`);
      if (output !== undefined) await writeFile(output, `${text}\n`);
      finish(exitCodeOf(results, rises));
    });
}
