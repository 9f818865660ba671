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
import {formats, reporterFor} from './reporters/registry.ts';
import {warn} from './shown.ts';
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
    .addOption(new Option('--format <format>', 'what is printed').choices(formats).default('text' as const))
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
