// SPDX-License-Identifier: MIT
import {UsageError} from '../../base/errors.ts';
import {labRoot} from '../../base/paths.ts';
import {findMutants, listMutants} from '../../spec/catalog.ts';
import {interruptible} from '../interrupt.ts';
import {table} from '../table.ts';
import {type Mutant, readMutantEntry} from './read.ts';
import {mutantFormats, mutantReporter} from './report.ts';
import {runMutants} from './run.ts';

/** What of `run`'s options means something with `--mutants`. */
export interface MutantOptions {
  readonly qemu?: string | undefined;
  readonly keep: boolean;
  readonly list: boolean;
  readonly format: string;
}

/**
 * `p2plab run --mutants [NAME…]`.
 * @param patterns names of mutants, or globs over names; all if there are none
 * @returns the exit code
 */
export async function runMutantsCommand(
  patterns: readonly string[],
  {qemu, keep, list, format}: MutantOptions,
): Promise<number> {
  const known = mutantFormats.find((name) => name === format);
  if (known === undefined) {
    throw new UsageError(`mutants are not told as ${format}`, {hint: `one of ${mutantFormats.join(', ')}`});
  }
  const entries = patterns.length === 0 ? listMutants(labRoot) : findMutants(labRoot, patterns);
  const mutants = await Promise.all(entries.map(readMutantEntry));
  if (list) {
    process.stdout.write(`${listOf(mutants)}\n`);
    return 0;
  }
  const reporter = mutantReporter(known);
  reporter.begin(mutants);
  const results = await interruptible(reporter.progress, (context) =>
    runMutants({mutants, qemu, keep}, reporter.result, context),
  ).finally(() => {
    reporter.close();
  });
  return reporter.end(results);
}

function listOf(mutants: readonly Mutant[]): string {
  const rows = mutants.map(({name, spec, killers}) => {
    const killed = killers.map(({plan, evidence}) => `${plan.name} (${evidence.join(', ')})`).join('; ');
    return [name, spec.rule, spec.onlyOn === undefined ? killed : `only on ${spec.onlyOn.where}`];
  });
  return table([{title: 'mutant'}, {title: 'the rule that it breaks'}, {title: 'what kills it'}], rows);
}
