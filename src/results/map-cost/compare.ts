// SPDX-License-Identifier: MIT
import type {RunRecord} from '../../scenario/record.ts';
import {shortNames} from '../../spec/identity.ts';
import type {KernelSpec} from '../../spec/kernel.ts';
import {measurementsOf} from '../measurements.ts';

/** A kernel, and what it may take beyond the one that it is held against. */
export interface Costing {
  readonly name: string;
  readonly costs: KernelSpec['costs'];
}

/** What a kernel takes for an operation, all in instructions. */
export interface Cost {
  readonly kernel: string;
  /** Undefined where its run did not pass. */
  readonly value: number | undefined;
  /** Beyond the base; undefined where either was not counted. */
  readonly difference: number | undefined;
  /** What its file says that this may be. */
  readonly declared: number;
}

/** One operation of a scenario, on every kernel. */
export interface MapCostRow {
  readonly scenario: string;
  /** As the measurement is named: `map-sg-16`. */
  readonly operation: string;
  /** Instructions on the base; undefined where its run did not pass. */
  readonly base: number | undefined;
  readonly costs: readonly Cost[];
}

type Run = Pick<RunRecord, 'kernel' | 'scenario' | 'verdict' | 'durationMs' | 'steps'>;

/** Holds what kernels take for each operation against what the base takes, in the order of the runs. */
export function compareCounts(
  base: string,
  kernels: readonly Costing[],
  runs: readonly Run[],
): readonly MapCostRow[] {
  const counts = new Map(runs.map((run) => [`${run.kernel} ${run.scenario}`, countsOf(run)]));
  return [...new Set(runs.map(({scenario}) => scenario))].flatMap((scenario) => {
    const of = (kernel: string): ReadonlyMap<string, number> | undefined =>
      counts.get(`${kernel} ${scenario}`);
    const all = [base, ...kernels.map(({name}) => name)];
    const operations = [...new Set(all.flatMap((kernel) => [...(of(kernel)?.keys() ?? [])]))];
    return operations.map((operation): MapCostRow => {
      const before = of(base)?.get(operation);
      const costs = kernels.map(({name, costs: declared}): Cost => {
        const value = of(name)?.get(operation);
        const difference = value === undefined || before === undefined ? undefined : value - before;
        return {kernel: name, value, difference, declared: declared[scenario]?.[operation] ?? 0};
      });
      return {scenario, operation, base: before, costs};
    });
  });
}

/** The costs above what is declared, each in a sentence. */
export function undeclared(base: string, rows: readonly MapCostRow[]): readonly string[] {
  const shown = shortNames([base, ...rows.flatMap(({costs}) => costs.map(({kernel}) => kernel))]);
  return rows.flatMap(({scenario, operation, base: before, costs}) =>
    costs.filter(isUndeclared).map(({kernel, value, difference, declared}) => {
      const allowed = declared === 0 ? 'none is declared' : `${declared} are declared`;
      return (
        `${scenario} on ${shown(kernel)}: ${operation} takes ${value ?? 0} instructions, ` +
        `${difference ?? 0} more than the ${before ?? 0} on ${shown(base)}: ${allowed}`
      );
    }),
  );
}

/** Whether this is a rise that the kernel's file does not have. */
export function isUndeclared({difference, declared}: Cost): boolean {
  return difference !== undefined && difference > declared;
}

/** What a run counted; nothing proves the numbers of one that did not pass. */
function countsOf(run: Run): ReadonlyMap<string, number> {
  if (run.verdict !== 'pass') return new Map();
  return new Map(
    measurementsOf(run)
      .filter(({unit}) => unit === 'instructions')
      .map(({name, value}) => [name, value]),
  );
}
