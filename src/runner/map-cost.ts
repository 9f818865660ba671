// SPDX-License-Identifier: MIT
import type {Context} from '../base/context.ts';
import {labRoot} from '../base/paths.ts';
import {compilerVersion} from '../build/compiler.ts';
import {shellWords} from '../guest/shell-words.ts';
import {compareCounts} from '../results/map-cost/compare.ts';
import type {MapCostPage} from '../results/map-cost/page.ts';
import {findScenarios} from '../spec/catalog.ts';
import {readScenario} from '../scenario/scenario-file.ts';
import {designNames} from './designs.ts';
import {type Result, runAll} from './run-all.ts';
import {selectKernel, withVariant} from './select-kernel.ts';

/** The variant that counts, and the scenarios that are made for it. */
const countingVariant = 'instruction-count';
export const mapCostScenarios = 'map-cost';

export interface MapCostRequest {
  /** The first is what the others are held against. */
  readonly kernels: readonly string[];
  /** What is applied on top of the first, for one kernel more. */
  readonly series: readonly string[];
  readonly patterns: readonly string[];
  readonly qemu?: string | undefined;
  readonly jobs: number;
}

/** Runs what is asked for on each kernel. */
export async function measureMapCost(
  {kernels, series, patterns, qemu, jobs}: MapCostRequest,
  ended: (result: Result) => void,
  context: Context,
): Promise<{readonly page: MapCostPage; readonly results: readonly Result[]}> {
  const entries = findScenarios(labRoot, patterns);
  const [base = ''] = kernels;
  const chosen = [
    ...kernels.map((name) => selectKernel(name)),
    ...(series.length === 0 ? [] : [selectKernel(base, {series})]),
  ];
  const results: Result[] = [];
  for (const kernel of chosen) {
    const recipe = withVariant(kernel, countingVariant);
    results.push(...(await runAll({entries, ...recipe, qemu, jobs, keep: false}, {result: ended}, context)));
  }
  const [first, ...others] = chosen;
  const rows = compareCounts(first?.name ?? '', others, results);
  const words = [
    ...(patterns.join() === mapCostScenarios ? [] : patterns),
    ...(kernels.join() === designNames.join() ? [] : ['--kernels', kernels.join()]),
    ...series.flatMap((name) => ['--series', name]),
  ];
  const page: MapCostPage = {
    base: first?.name ?? '',
    kernels: chosen,
    scenarios: entries.map(({name, file}) => ({name, description: readScenario(file).value.description})),
    machine: `${await compilerVersion()}, on QEMU ${results[0]?.qemu ?? ''}`,
    rows,
    command: `./p2plab map-cost ${shellWords([...words, '--output', 'docs/map-cost.md'])}`,
  };
  return {page, results};
}
