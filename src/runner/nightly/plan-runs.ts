// SPDX-License-Identifier: MIT
import {UsageError} from '../../base/errors.ts';
import {labRoot} from '../../base/paths.ts';
import type {KernelRecipe} from '../../build/kernel.ts';
import {type SuiteRun, suiteRuns} from './suite-runs.ts';
import type {Case} from '../../results/database/record.ts';
import type {Variant} from '../../scenario/machine.ts';
import {planScenario, type ScenarioPlan} from '../../scenario/plan.ts';
import {findScenarios} from '../../spec/catalog.ts';
import type {SuiteSpec} from '../../spec/suite.ts';
import {withVariant, selectKernel} from '../select-kernel.ts';

/** A run of a nightly run, checked, with what it is made of. */
export interface Planned {
  readonly run: SuiteRun;
  readonly plan: ScenarioPlan;
  readonly kernel: KernelRecipe;
  readonly variant: Variant;
}

/** Reads and checks all that the runs of a suite name. */
export function planRuns(spec: SuiteSpec): readonly Planned[] {
  const runs = suiteRuns(spec, (patterns) => findScenarios(labRoot, patterns));
  if (runs.length === 0) {
    throw new UsageError('the suite has no run: it excludes all of them', {
      hint: 'see "exclude" in its file',
    });
  }
  return runs.map((run) => ({
    run,
    plan: planScenario(run.scenario, spec.seconds),
    ...withVariant(selectKernel(run.kernel), run.variant),
  }));
}

/** A run's case, as its bundle names it. */
export function caseOf({run, plan, kernel}: Planned): Case {
  return {scenario: plan.name, topology: plan.topology.name, variant: run.variant, kernel: kernel.name};
}
