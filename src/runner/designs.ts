// SPDX-License-Identifier: MIT
import type {Context} from '../base/context.ts';
import {labRoot} from '../base/paths.ts';
import {chooseQemu} from '../build/qemu.ts';
import {describeQemu, findQemu} from '../guest/qemu-binary.ts';
import {cellsOf} from '../results/designs/cells.ts';
import type {DesignsPage} from '../results/designs/page.ts';
import {planFor, planScenario} from '../scenario/plan.ts';
import {findScenarios} from '../spec/catalog.ts';
import {type Result, runAll} from './run-all.ts';
import {selectKernel} from './select-kernel.ts';

/** Plain Linux, and the designs of the thread of 2017. */
export const designNames = ['baseline', 'switch', 'pagemap', 'resource'] as const;

/** The scenarios that drive every pair. */
export const pairPatterns = ['pairs'] as const;

export interface DesignsRequest {
  readonly kernels: readonly string[];
  readonly patterns: readonly string[];
  readonly qemu: string | undefined;
  readonly jobs: number;
}

/** Runs what is asked for on each kernel. */
export async function compareDesigns(
  {kernels, patterns, qemu, jobs}: DesignsRequest,
  ended: (result: Result) => void,
  context: Context,
): Promise<{readonly page: DesignsPage; readonly results: readonly Result[]}> {
  const entries = findScenarios(labRoot, patterns);
  const plans = entries.map((entry) => planScenario(entry));
  const designs = kernels.map((name) => ({name, plan: selectKernel(name)}));
  const results: Result[] = [];
  for (const {plan: kernel} of designs) {
    results.push(...(await runAll({entries, kernel, qemu, jobs, keep: false}, {result: ended}, context)));
  }
  const binary = await findQemu('x86_64', await chooseQemu(qemu, context), context);
  const topologies = new Map(plans.map((plan) => [plan.name, planFor(plan, binary).topology]));
  const plain = designs.every(({plan}) => plan.features.length === 0);
  const page: DesignsPage = {
    about: plain ? 'versions' : 'designs',
    designs: designs.map(({plan: {name, description}}) => ({name, description})),
    scenarios: plans.map(({name, scenario}) => ({name, description: scenario.value.description})),
    machine: `QEMU ${describeQemu(binary)}`,
    cells: results.flatMap((result) => {
      const topology = topologies.get(result.scenario);
      return topology === undefined ? [] : cellsOf(topology, result);
    }),
  };
  return {page, results};
}
