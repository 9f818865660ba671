// SPDX-License-Identifier: MIT
import {writeFile} from 'node:fs/promises';
import type {Command} from '@commander-js/extra-typings';
import {labRoot} from '../base/paths.ts';
import {nightly} from '../runner/nightly/nightly.ts';
import type {NightlyResult} from '../runner/nightly/run-nightly.ts';
import {exitCodeOf, line, summary} from '../runner/nightly/summary.ts';
import {listSuites} from '../spec/catalog.ts';
import {readSuite} from '../spec/suite.ts';
import {count, shared} from './options.ts';
import {shown} from './shown.ts';
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
      const {suite, results, changes, regressions, counted} = await shown((context, lines) => {
        const told = (result: NightlyResult): void => {
          lines.end(result.run.scenario.name);
          lines.print(line(result));
        };
        return nightly({suite: name, qemu, database, jobs, queue, resume}, told, context);
      });
      const text = summary(suite, results, changes, regressions, counted);
      process.stdout.write(`\n${text}\n`);
      if (output !== undefined) await writeFile(output, `${text}\n`);
      finish(exitCodeOf(results, regressions));
    });
}
