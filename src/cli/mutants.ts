// SPDX-License-Identifier: MIT
import {type Command, Option} from '@commander-js/extra-typings';
import {labRoot} from '../base/paths.ts';
import {type Mutant, readMutantEntry} from '../runner/mutants/read-mutant.ts';
import {runMutants} from '../runner/mutants/run-mutants.ts';
import {findMutants, listMutants} from '../spec/catalog.ts';
import {interruptible} from './interrupt.ts';
import {mutantFormats, mutantReporter} from './mutants/report.ts';
import {shared} from './options.ts';
import {table} from './table.ts';

/** `p2plab mutants`. */
export function addMutants(program: Command, finish: (exitCode: number) => void): void {
  program
    .command('mutants')
    .description('run kernels with deliberate faults, and check that each is detected')
    .argument('[mutant...]', 'names of mutants, or globs; all mutants if none is given')
    .addOption(shared.qemu())
    .option('--keep', 'keep the disks and the trace of runs that passed, too', false)
    .option('--list', 'run nothing: print the mutants', false)
    .addOption(
      new Option('--format <format>', 'what is printed').choices(mutantFormats).default('text' as const),
    )
    .action(async (patterns, {qemu, keep, list, format}) => {
      const entries = patterns.length === 0 ? listMutants(labRoot) : findMutants(labRoot, patterns);
      const mutants = await Promise.all(entries.map(readMutantEntry));
      if (list) {
        process.stdout.write(`${listOf(mutants)}\n`);
        return;
      }
      const reporter = mutantReporter(format);
      reporter.begin(mutants);
      const results = await interruptible(reporter.progress, (context) =>
        runMutants({mutants, qemu, keep}, reporter.result, context),
      ).finally(() => {
        reporter.close();
      });
      finish(reporter.end(results));
    });
}

function listOf(mutants: readonly Mutant[]): string {
  const rows = mutants.map(({name, spec, killers}) => {
    const killed = killers.map(({plan, evidence}) => `${plan.name} (${evidence.join(', ')})`).join('; ');
    return [name, spec.rule, spec.onlyOn === undefined ? killed : `only on ${spec.onlyOn.where}`];
  });
  return table([{title: 'mutant'}, {title: 'the rule that it breaks'}, {title: 'what kills it'}], rows);
}
