// SPDX-License-Identifier: MIT
import {type Command, Option} from '@commander-js/extra-typings';
import {UsageError} from '../base/errors.ts';
import {jsonText} from '../base/json.ts';
import {isSecondWorse} from '../results/declared-costs.ts';
import {newestNightlyRun} from '../results/newest-night.ts';
import {mapCostChanges} from '../results/queries/map-cost-changes.ts';
import {nightlyRuns, resultsOf} from '../results/queries/nightly-runs.ts';
import {listRuns} from '../results/queries/list.ts';
import {compareKernels} from '../results/queries/compare.ts';
import {count, shared} from './options.ts';
import {exportFormatNames} from '../results/export/formats.ts';
import {exportRuns} from './results/export.ts';
import {printable} from '../results/describe.ts';
import {importBundles} from '../results/import-bundles.ts';
import {warn} from './shown.ts';
import {pruneRuns} from './results/prune.ts';
import {showRun} from './results/show.ts';
import {differences, nightlyRunsTable, runsTable} from './results/tables.ts';
import {withDatabase} from './with-database.ts';

const verdicts = ['pass', 'fail', 'crash', 'error', 'skip'] as const;

/** `p2plab results`. */
export function addResults(program: Command, finish: (exitCode: number) => void): void {
  const results = program
    .command('results')
    .description('what runs have come to: lists, differences, exports, and what may go');
  addList(results);
  results
    .command('show')
    .description('one run with its steps and its ledger, or the newest of a scenario')
    .argument('<run>', 'a number, the name of a bundle, or a scenario')
    .addOption(shared.database())
    .option('--json', 'as JSON', false)
    .action(async (which, options) => {
      await withDatabase(options.database, async ({db}) => {
        process.stdout.write(`${await showRun(db, which, options.json)}\n`);
      });
    });
  results
    .command('diff')
    .description(
      'what differs between two kernels in a nightly run, or between a nightly run and those before',
    )
    .argument('[kernels...]', 'two kernels; none: what the nightly run has changed')
    .option('--suite <name>', 'the latest nightly run of this suite')
    .option('--nightly-run <n>', 'the nightly run with this number', count)
    .addOption(shared.database())
    .option('--json', 'as JSON', false)
    .action(async (kernels, {suite, nightlyRun, database, json: asJson}) => {
      const [first, second] = kernels;
      if (kernels.length !== 0 && kernels.length !== 2) throw new UsageError('name two kernels, or none');
      await withDatabase(database, async ({db}) => {
        const id = nightlyRun ?? (await newestNightlyRun(db, suite));
        if (first !== undefined && second !== undefined) {
          const pairs = await compareKernels(db, id, first, second);
          if (pairs.length === 0)
            throw new UsageError(`nightly run ${id} has neither ${first} nor ${second}`);
          process.stdout.write(asJson ? toJson(pairs) : `${differences(pairs, first, second)}\n`);
          finish(isSecondWorse(pairs, first, second) ? 1 : 0);
          return;
        }
        const [all, counted] = await Promise.all([resultsOf(db, id), mapCostChanges(db, id)]);
        const changed = all.filter(({change}) => change !== null);
        const both = (): readonly object[] =>
          all.flatMap((result) => {
            const own = counted.find(({caseId}) => caseId === result.caseId)?.changes ?? [];
            return result.change === null && own.length === 0 ? [] : [{...result, measurements: own}];
          });
        process.stdout.write(asJson ? toJson(both()) : `${nightlyRunsTable.changes(id, all, counted)}\n`);
        finish(changed.some(({change}) => change === 'broke') ? 1 : 0);
      });
    });
  results
    .command('export')
    .description('runs for other programs: KTAP, JUnit XML, KCIDB JSON (schema 5.3), CSV')
    .addOption(new Option('--format <format>', 'for which').choices(exportFormatNames).makeOptionMandatory())
    .option('--nightly-run <n>', 'the runs of this nightly run', count)
    .option('--suite <name>', 'the runs of the latest nightly run of this suite')
    .option('--limit <n>', 'without a nightly run: this many of the newest runs', count, 1000)
    .option('--output <file>', 'write there instead of standard output')
    .addOption(shared.database())
    .action(async (options) => {
      await withDatabase(options.database, async ({db}) => {
        const nightlyRun =
          options.nightlyRun ??
          (options.suite === undefined ? undefined : await newestNightlyRun(db, options.suite));
        await exportRuns(db, {...options, nightlyRun});
      });
    });
  results
    .command('import')
    .description('record runs from their bundles; those that are recorded stay as they are')
    .argument('[folder...]', 'bundles, or folders of bundles; by default those of this lab')
    .addOption(shared.database())
    .action(async (folders, {database}) => {
      await withDatabase(database, async ({db}, context) => {
        const leaveOut = (reason: string): void => {
          warn(`left out: ${printable(reason)}`);
        };
        const {found, recorded, leftOut} = await importBundles(db, folders, leaveOut, context);
        process.stdout.write(
          `${found} ${found === 1 ? 'bundle' : 'bundles'}: ${recorded} recorded, ${leftOut} left out\n`,
        );
        finish(leftOut > 0 ? 2 : 0);
      });
    });
  results
    .command('prune')
    .description('remove old runs with their bundles; never what a regression that is open rests on')
    .option('--days <n>', 'what is older than this many days', count, 90)
    .option('--dry-run', 'remove nothing: say what would go', false)
    .addOption(shared.database())
    .action(async ({days, dryRun, database}) => {
      await pruneRuns(days, dryRun, database);
    });
}

function addList(results: Command): void {
  results
    .command('list')
    .description('the newest runs, or with --nightly-runs the nightly runs')
    .option('--nightly-runs', 'nightly runs instead of runs', false)
    .option('--scenario <name>')
    .option('--topology <name>')
    .option('--kernel <name>')
    .option('--variant <name>')
    .addOption(new Option('--verdict <verdict>').choices(verdicts))
    .option('--suite <name>', 'of nightly runs of this suite')
    .option('--nightly-run <n>', 'of this nightly run', count)
    .option('--fingerprint <key>', 'failures of this kind')
    .option('--limit <n>', 'no more than this many', count, 30)
    .addOption(shared.database())
    .option('--json', 'as JSON', false)
    .action(async ({nightlyRuns: ofNightlyRuns, database, json: asJson, ...filter}) => {
      await withDatabase(database, async ({db}) => {
        if (ofNightlyRuns) {
          const found = await nightlyRuns(db, filter);
          process.stdout.write(asJson ? toJson(found) : `${nightlyRunsTable.list(found)}\n`);
          return;
        }
        const found = await listRuns(db, filter);
        process.stdout.write(asJson ? toJson(found) : `${runsTable(found)}\n`);
      });
    });
}

function toJson(value: unknown): string {
  return `${jsonText(value, 2)}\n`;
}
