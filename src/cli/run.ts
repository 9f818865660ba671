// SPDX-License-Identifier: MIT
import {type Command, Option} from '@commander-js/extra-typings';
import {UsageError} from '../base/errors.ts';
import {labRoot} from '../base/paths.ts';
import {type Entry, findScenarios} from '../spec/catalog.ts';
import {readScenario} from '../scenario/scenario-file.ts';
import {exitCodeOf} from './exit-code.ts';
import {interruptible} from './interrupt.ts';
import {count, shared, wholeNumber} from './options.ts';
import {formats, reporterFor} from './reporters/registry.ts';
import {type Result, runAll} from './run-all.ts';
import {RunRecorder} from './run-recorder.ts';
import {withVariant, moduleFolders, selectKernel} from './select-kernel.ts';
import {table} from './table.ts';

/** `p2plab run`. */
export function addRun(program: Command, finish: (exitCode: number) => void): void {
  program
    .command('run')
    .description('boot a guest for each scenario, drive it, and judge what the devices did')
    .argument('[scenario...]', 'a name, a path, a folder or a glob; all scenarios if none is given')
    .addOption(shared.kernel())
    .addOption(shared.series())
    .addOption(shared.config())
    .addOption(shared.module())
    .option('--variant <variant>', 'variant of the kernel (lab/variants)', 'plain')
    .addOption(shared.qemu())
    .addOption(shared.database())
    .option('--no-record', 'keep the results out of the database')
    .option('--jobs <n>', 'guests at the same time', count, 1)
    .option('--seconds <n>', 'how long mixed loads last, instead of what their scenarios say', count)
    .option('--bisect', 'exit as `git bisect run` wants it: 0 good, 1 bad, 125 where nothing is said', false)
    .option('--keep', 'keep the disks and the trace of runs that passed, too', false)
    .option('--list', 'run nothing: print the scenarios', false)
    .option('--mutants', 'run mutants of the kernel, named instead of scenarios: each must be killed', false)
    .option('--random <n>', 'no scenario: draw this many trees, and compare model, Linux and ledger', count)
    .option('--seed <n>', 'draw the same trees again', wholeNumber)
    .addOption(new Option('--format <format>', 'what is printed').choices(formats).default('text' as const))
    .action(async (patterns, options, command) => {
      if (options.mutants) {
        const {runMutantsCommand} = await import('./mutants/command.ts');
        const hint = 'the file of each mutant says what it is run on';
        refuse(
          ['kernel', 'series', 'config', 'module', 'variant', 'jobs', 'seconds', 'bisect'],
          'mutants',
          hint,
          command,
        );
        finish(await runMutantsCommand(patterns, options));
        return;
      }
      if (options.random !== undefined) {
        refuse(['bisect'], 'random', 'what was drawn says nothing about one commit', command);
        if (patterns.length > 0) throw new UsageError('trees are drawn: name no scenario with --random');
        // With its generators it is loaded only where it is needed.
        const {runRandomCommand} = await import('./random/command.ts');
        finish(await runRandomCommand({...options, count: options.random}));
        return;
      }
      if (options.seed !== undefined) throw new UsageError('--seed goes with --random');
      const entries = findScenarios(labRoot, patterns.length === 0 ? ['**'] : patterns);
      if (options.list) {
        process.stdout.write(`${list(entries)}\n`);
        return;
      }
      const {qemu, jobs, keep, seconds} = options;
      const additions = {...options, modules: options.module};
      const {kernel, variant} = withVariant(selectKernel(options.kernel, additions), options.variant);
      const modules = moduleFolders(options.module);
      const reporter = reporterFor(options.format);
      const {database, record} = options;
      const results = await interruptible(reporter.progress, (context) => {
        const recorder = record ? new RunRecorder(database, context) : undefined;
        const listener = {
          ...reporter,
          result: (result: Result) => {
            recorder?.add(result.bundle);
            reporter.result(result);
          },
        };
        return runAll(
          {entries, kernel, variant, modules, qemu, jobs, seconds, keep},
          listener,
          context,
        ).finally(async () => {
          const trouble = await recorder?.close();
          if (trouble !== undefined) process.stderr.write(`p2plab: not recorded: ${trouble}\n`);
        });
      }).finally(() => {
        reporter.close();
      });
      reporter.end(results);
      finish(exitCodeOf(results, options.bisect));
    });
}

/** Refuses options that are given and mean nothing with `--${mode}`. */
function refuse(
  names: readonly string[],
  mode: string,
  hint: string,
  command: {getOptionValueSource(name: string): unknown},
): void {
  const given = names.find((name) => command.getOptionValueSource(name) === 'cli');
  if (given === undefined) return;
  throw new UsageError(`--${given} does not go with --${mode}`, {hint});
}

function list(entries: readonly Entry[]): string {
  const rows = entries.map(({name, file}) => {
    const {topology, description} = readScenario(file).value;
    return [name, topology, description];
  });
  return table([{title: 'scenario'}, {title: 'topology'}, {title: 'what is driven'}], rows);
}
