// SPDX-License-Identifier: MIT
import type {Progress} from '../../base/context.ts';
import {printable, seconds} from '../../results/describe.ts';
import {progressLines} from '../progress.ts';
import {type Column, fit, header, row} from '../table.ts';
import type {Mutant} from '../../runner/mutants/read-mutant.ts';
import {mutantExitCode} from '../../runner/mutants/exit-code.ts';
import type {MutantResult} from '../../runner/mutants/run-mutants.ts';

const colours = {
  killed: 'green',
  'killed by other evidence': 'yellow',
  survived: 'red',
  inconclusive: 'yellow',
  elsewhere: 'cyan',
} as const satisfies Record<MutantResult['outcome'], string>;

/** Shows how mutants fare. */
export interface MutantReporter {
  readonly progress: (progress: Progress) => void;
  readonly begin: (mutants: readonly Mutant[]) => void;
  readonly result: (result: MutantResult) => void;
  readonly close: () => void;
  /** Returns the exit code that the results mean. */
  readonly end: (results: readonly MutantResult[]) => number;
}

export const mutantFormats = ['text', 'json'] as const;

/** The reporter for a format. */
export function mutantReporter(format: (typeof mutantFormats)[number]): MutantReporter {
  return format === 'text' ? text() : json();
}

/** `27 mutants: 24 killed, 3 elsewhere`. */
function summary(results: readonly MutantResult[]): string {
  const counts = (Object.keys(colours) as MutantResult['outcome'][]).map(
    (outcome) => [outcome, results.filter((result) => result.outcome === outcome).length] as const,
  );
  const words = counts.filter(([, count]) => count > 0).map(([outcome, count]) => `${count} ${outcome}`);
  return `${results.length} ${results.length === 1 ? 'mutant' : 'mutants'}: ${words.join(', ')}`;
}

function text(): MutantReporter {
  const lines = progressLines();
  let columns: readonly Column[] = [];
  return {
    progress: lines.show,
    begin: (mutants) => {
      columns = columnsFor(mutants);
      lines.print(header(columns));
    },
    result: (result) => {
      lines.end();
      for (const line of rows(columns, result)) lines.print(line);
    },
    close: lines.close,
    end: (results) => {
      process.stdout.write(`\n${summary(results)}\n`);
      return mutantExitCode(results);
    },
  };
}

/** What the table will hold is known but for the evidence, the times and the causes. */
function columnsFor(mutants: readonly Mutant[]): readonly Column[] {
  const columns = [
    {title: 'outcome'},
    {title: 'mutant'},
    {title: 'kernel'},
    {title: 'scenario'},
    {title: 'build', right: true},
    {title: 'run', right: true},
    {title: 'evidence'},
  ];
  const cells = mutants.flatMap((mutant) => {
    const names = mutant.killers.map(({plan}) => plan.name);
    return (names.length === 0 ? [''] : names).map((name) => [
      'elsewhere',
      mutant.name,
      kernelOf(mutant),
      name,
      '00.0 s',
      '00.0 s',
      '',
    ]);
  });
  return fit(columns, cells);
}

function kernelOf({kernel, variant}: Pick<MutantResult, 'kernel' | 'variant'>): string {
  return variant === 'plain' ? kernel : `${kernel}, ${variant}`;
}

/** A row for each scenario, or one that says why there is none. */
function rows(columns: readonly Column[], result: MutantResult): readonly string[] {
  const {mutant, buildMs, runs} = result;
  const word = (outcome: MutantResult['outcome']) => ({text: outcome, style: colours[outcome]});
  if (runs.length === 0) {
    return [
      row(columns, [word(result.outcome), mutant, kernelOf(result), '', '', '', printable(result.reason)]),
    ];
  }
  return runs.map(({scenario, outcome, evidence, durationMs, reason}, index) => {
    const why = `${evidence.join(', ')}${evidence.length === 0 ? '' : ': '}${printable(reason)}`;
    const build = index === 0 ? seconds(buildMs) : '';
    return row(columns, [word(outcome), mutant, kernelOf(result), scenario, build, seconds(durationMs), why]);
  });
}

/** One document on standard output when all is done. Other programs read it: it grows, it never shrinks. */
function json(): MutantReporter {
  const lines = progressLines({alone: true});
  return {
    progress: process.stderr.isTTY ? lines.show : () => undefined,
    begin: () => undefined,
    result: () => {
      lines.end();
    },
    close: lines.close,
    end: (results) => {
      process.stdout.write(`${JSON.stringify({mutants: results}, null, 2)}\n`);
      return mutantExitCode(results);
    },
  };
}
