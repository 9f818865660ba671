// SPDX-License-Identifier: MIT
import {writeFile} from 'node:fs/promises';
import type {Command} from '@commander-js/extra-typings';
import {labRoot} from '../base/paths.ts';
import {openDatabase} from '../results/database/connect.ts';
import {resultsOf} from '../results/queries/night.ts';
import {findSuite, listSuites} from '../spec/catalog.ts';
import {readSuite} from '../spec/suite.ts';
import {interruptible} from './interrupt.ts';
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
    .description('run a suite: kernels by lanes by scenarios; goes on with one that was cut short')
    .argument('[suite]', 'a suite of lab/suites, or the path of such a file', 'nightly')
    .addOption(shared.qemu())
    .addOption(shared.database())
    .option('--jobs <n>', 'processors that guests may have together; all if it is not given', count)
    .option('--fresh', 'begin anew, whatever was cut short', false)
    .option('--output <file>', 'write the summary there too, as text for a mail')
    .option('--list', 'run nothing: print the suites', false)
    .action(async (name, {qemu, database: url, jobs, fresh, output, list}) => {
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
      const lines = progressLines();
      const {results, changes, rises} = await interruptible(lines.show, async (context) => {
        const database = await openDatabase(url, context);
        try {
          const told = (result: NightlyResult): void => {
            lines.end(result.run.scenario.name);
            process.stdout.write(`${line(result)}\n`);
          };
          const ended = await runNightly({suite, qemu, jobs, fresh, database}, told, context);
          const changes = await resultsOf(database.db, ended.night);
          return {results: ended.results, changes, rises: await risesOf(ended.results)};
        } finally {
          await database.close();
        }
      }).finally(() => {
        lines.close();
      });
      const text = summary(suite.name, results, changes, rises);
      process.stdout.write(`\n${text}\n`);
      if (output !== undefined) await writeFile(output, `${text}\n`);
      finish(exitCodeOf(results, rises));
    });
}
