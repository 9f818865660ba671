// SPDX-License-Identifier: MIT
import {type Command, Option} from '@commander-js/extra-typings';
import {UsageError} from '../base/errors.ts';
import {jsonText} from '../base/json.ts';
import {labRoot} from '../base/paths.ts';
import {type Costs, costsBeyond, isUndeclaredRise} from '../results/measured-change.ts';
import {countedChanges} from '../results/queries/counted.ts';
import {nights, latestNights, resultsOf} from '../results/queries/night.ts';
import {listRuns} from '../results/queries/list.ts';
import {compareKernels} from '../results/queries/compare.ts';
import {listKernels} from '../spec/catalog.ts';
import {readKernel} from '../spec/kernel.ts';
import {count, shared} from './options.ts';
import {exportFormatNames} from '../results/export/formats.ts';
import {exportRuns} from './results/export.ts';
import {importBundles} from './results/import.ts';
import {pruneRuns} from './results/prune.ts';
import {showRun} from './results/show.ts';
import {differences, nightsTable, runsTable} from './results/tables.ts';
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
    .description('what differs between two kernels in a night, or between a night and those before')
    .argument('[kernels...]', 'two kernels; none: what the night has changed')
    .option('--suite <name>', 'the newest night of this suite')
    .option('--night <n>', 'the night with this number', count)
    .addOption(shared.database())
    .option('--json', 'as JSON', false)
    .action(async (kernels, {suite, night, database, json: asJson}) => {
      const [first, second] = kernels;
      if (kernels.length !== 0 && kernels.length !== 2) throw new UsageError('name two kernels, or none');
      await withDatabase(database, async ({db}) => {
        const id = night ?? (await newestNight(db, suite));
        if (first !== undefined && second !== undefined) {
          const pairs = await compareKernels(db, id, first, second);
          if (pairs.length === 0) throw new UsageError(`night ${id} has neither ${first} nor ${second}`);
          process.stdout.write(asJson ? toJson(pairs) : `${differences(pairs, first, second)}\n`);
          const costs = costsBeyond(declaredCosts(first), declaredCosts(second));
          const worse = pairs.some(
            ({difference, scenario, measurements}) =>
              difference === 'only the second fails' ||
              measurements.some((one) =>
                isUndeclaredRise({...one, declared: costs[scenario]?.[one.name] ?? 0}),
              ),
          );
          finish(worse ? 1 : 0);
          return;
        }
        const [all, counted] = await Promise.all([resultsOf(db, id), countedChanges(db, id)]);
        const changed = all.filter(({change}) => change !== null);
        const both = (): readonly object[] =>
          all.flatMap((result) => {
            const own = counted.find(({caseId}) => caseId === result.caseId)?.changes ?? [];
            return result.change === null && own.length === 0 ? [] : [{...result, measurements: own}];
          });
        process.stdout.write(asJson ? toJson(both()) : `${nightsTable.changes(id, all, counted)}\n`);
        finish(changed.some(({change}) => change === 'broke') ? 1 : 0);
      });
    });
  results
    .command('export')
    .description('runs for other programs: KTAP, JUnit XML, KCIDB JSON (schema 5.3), CSV')
    .addOption(new Option('--format <format>', 'for which').choices(exportFormatNames).makeOptionMandatory())
    .option('--night <n>', 'the runs of this night', count)
    .option('--suite <name>', 'the runs of the newest night of this suite')
    .option('--most <n>', 'without a night: this many of the newest runs', count, 1000)
    .option('--output <file>', 'write there instead of standard output')
    .addOption(shared.database())
    .action(async (options) => {
      await withDatabase(options.database, async ({db}) => {
        const night =
          options.night ?? (options.suite === undefined ? undefined : await newestNight(db, options.suite));
        await exportRuns(db, {...options, night});
      });
    });
  results
    .command('import')
    .description('record runs from their bundles; those that are recorded stay as they are')
    .argument('[folder...]', 'bundles, or folders of bundles; by default those of this lab')
    .addOption(shared.database())
    .action(async (folders, {database}) => {
      finish(await importBundles(folders, database));
    });
  results
    .command('prune')
    .description('remove old runs with their bundles; never what a regression that is open rests on')
    .option('--days <n>', 'what is older than this many days', count, 90)
    .option('--dry-run', 'remove nothing: say what would go', false)
    .addOption(shared.database())
    .action(async ({days, dryRun, database}) => {
      await pruneRuns({days, dryRun, database});
    });
}

function addList(results: Command): void {
  results
    .command('list')
    .description('the newest runs, or with --nights the nights')
    .option('--nights', 'nights instead of runs', false)
    .option('--scenario <name>')
    .option('--topology <name>')
    .option('--kernel <name>')
    .option('--variant <name>')
    .addOption(new Option('--verdict <verdict>').choices(verdicts))
    .option('--suite <name>', 'of nights of this suite')
    .option('--night <n>', 'of this night', count)
    .option('--fingerprint <key>', 'failures of this kind')
    .option('--most <n>', 'no more than this many', count, 30)
    .addOption(shared.database())
    .option('--json', 'as JSON', false)
    .action(async ({nights: ofNights, database, json: asJson, ...filter}) => {
      await withDatabase(database, async ({db}) => {
        if (ofNights) {
          const found = await nights(db, filter);
          process.stdout.write(asJson ? toJson(found) : `${nightsTable.list(found)}\n`);
          return;
        }
        const found = await listRuns(db, filter);
        process.stdout.write(asJson ? toJson(found) : `${runsTable(found)}\n`);
      });
    });
}

/** What a kernel's file declares that its calls may take; nothing for one that has none, or has it no more. */
function declaredCosts(kernel: string): Costs {
  const entry = listKernels(labRoot).find(({name}) => name === kernel);
  return entry === undefined ? {} : readKernel(entry.file).value.costs;
}

function toJson(value: unknown): string {
  return `${jsonText(value, 2)}\n`;
}

/** The number of the newest night that ended, of a suite or of all. */
async function newestNight(
  db: Parameters<typeof latestNights>[0],
  suite: string | undefined,
): Promise<number> {
  const found = (await latestNights(db)).find((night) => suite === undefined || night.suite === suite);
  if (found !== undefined) return found.id;
  throw new UsageError(
    suite === undefined ? 'no night has ended yet' : `no night of ${suite} has ended yet`,
    {hint: './p2plab nightly runs one; ./p2plab results list --nights shows what there is'},
  );
}
