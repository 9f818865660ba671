// SPDX-License-Identifier: MIT
import {labRoot} from '../../base/paths.ts';
import {readBundle} from '../../results/bundle-facts.ts';
import {compareCounts, type Costing, undeclared} from '../../results/map-cost/compare.ts';
import type {RunRecord} from '../../scenario/record.ts';
import {findKernel} from '../../spec/catalog.ts';
import {readKernel} from '../../spec/kernel.ts';
import type {NightlyResult} from './run-nightly.ts';

/** What the others are held against, if the suite has it. */
const base = 'baseline';

/**
 * What mapping costs more in this nightly run than on plain Linux in the same nightly run, and no kernel's file declares; by the
 * bundles of what passed.
 */
export async function regressionsOf(results: readonly NightlyResult[]): Promise<readonly string[]> {
  const records: RunRecord[] = [];
  const costs = new Map<string, Costing['costs']>();
  for (const {run, attempts} of results) {
    const last = attempts.at(-1);
    if (last?.verdict !== 'pass' || last.bundle === undefined) continue;
    const {record, measurements} = await readBundle(last.bundle);
    if (measurements.every(({unit}) => unit !== 'instructions')) continue;
    records.push(record);
    costs.set(record.kernel, readKernel(findKernel(labRoot, run.kernel).file).value.costs);
  }
  const kernels = [...costs].filter(([name]) => name !== base).map(([name, own]) => ({name, costs: own}));
  return undeclared(base, compareCounts(base, kernels, records));
}
