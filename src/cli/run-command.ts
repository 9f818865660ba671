// SPDX-License-Identifier: MIT
import {type Command, Option} from '@commander-js/extra-typings';
import {UsageError} from '../base/errors.ts';
import {labRoot} from '../base/paths.ts';
import {runScenarios} from '../runner/run-scenarios.ts';
import {type Entry, findScenarios} from '../spec/catalog.ts';
import {readScenario} from '../scenario/scenario-file.ts';
import {exitCodeOf} from './exit-code.ts';
import {interruptible} from './interrupt.ts';
import {count, shared} from './options.ts';
import {formats, reporterFor} from './reporters/reporters.ts';
import {warn} from './shown.ts';
import {table} from './table.ts';

/** `p2plab run`. */
export function addRun(program: Command, finish: (exitCode: number) => void): void {
  program
    .command('run')
    .description('boot a guest per scenario, drive DMA, and judge what the devices did')
    .argument('[scenario...]', 'names, directories, paths or globs (default: all scenarios)')
    .addOption(shared.kernel())
    .addOption(shared.series())
    .addOption(shared.config())
    .addOption(shared.module())
    .option('--variant <variant>', 'variant of the kernel (lab/variants)', 'plain')
    .addOption(shared.qemu())
    .addOption(shared.database())
    .option('--no-record', 'do not record the results in the database')
    .option('--jobs <n>', 'number of guests that run at the same time', count, 1)
    .option('--seconds <n>', 'override the duration of mixed loads, in seconds', count)
    .option('--bisect', 'use the exit codes of `git bisect run`: 0 good, 1 bad, 125 untestable', false)
    .option('--keep', 'keep disks and trace of passing runs too', false)
    .option('--list', 'list the scenarios, and exit', false)
    .addOption(new Option('--format <format>', 'output format').choices(formats).default('text' as const))
    .addOption(new Option('--mutants').hideHelp())
    .addOption(new Option('--random [n]').hideHelp())
    .addOption(new Option('--seed [n]').hideHelp())
    .action(
      async (patterns, {list: onlyList, format, bisect, module: modules, mutants, random, seed, ...rest}) => {
        if (mutants !== undefined) throw moved('--mutants', 'p2plab mutants [NAME…]');
        if (random !== undefined) throw moved('--random', 'p2plab random N [--seed S]');
        if (seed !== undefined) throw moved('--seed', 'p2plab random N --seed S');
        const scenarios = patterns.length === 0 ? ['**'] : patterns;
        if (onlyList) {
          process.stdout.write(`${list(findScenarios(labRoot, scenarios))}\n`);
          return;
        }
        const reporter = reporterFor(format);
        const results = await interruptible(reporter.progress, ({signal}) =>
          runScenarios({...rest, scenarios, modules, signal, reporter: {...reporter, warning: warn}}),
        ).finally(() => {
          reporter.close();
        });
        reporter.end(results);
        finish(exitCodeOf(results, bisect));
      },
    );
}

function moved(option: string, command: string): UsageError {
  return new UsageError(`run has no option ${option}: it is a command`, {hint: `run ${command}`});
}

function list(entries: readonly Entry[]): string {
  const rows = entries.map(({name, file}) => {
    const {topology, description} = readScenario(file).value;
    return [name, topology, description];
  });
  return table([{title: 'scenario'}, {title: 'topology'}, {title: 'what is driven'}], rows);
}
