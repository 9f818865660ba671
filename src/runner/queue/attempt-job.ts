// SPDX-License-Identifier: MIT
import type {Context} from '../../base/context.ts';
import {Interrupted, LabError, messageOf} from '../../base/errors.ts';
import {labRoot} from '../../base/paths.ts';
import type {Job} from './job.ts';
import type {Attempted} from './work.ts';
import {Machines} from '../../scenario/machine.ts';
import {planScenario} from '../../scenario/plan.ts';
import {findScenarios} from '../../spec/catalog.ts';
import {runOne} from '../run-all.ts';
import {withVariant, selectKernel} from '../select-kernel.ts';

/**
 * Makes an attempt at a run. What fails on this host is a result, too: an error, which says nothing of the kernel.
 * @param qemu the worker's own choice, where the job leaves it open
 */
export async function attemptJob(job: Job, qemu: string | undefined, context: Context): Promise<Attempted> {
  const about = {scenario: job.scenario, topology: '', variant: job.variant, kernel: job.kernel};
  try {
    const [entry] = findScenarios(labRoot, [job.scenario]);
    if (entry === undefined) throw new Error(`no scenario ${job.scenario}`);
    const plan = planScenario(entry, job.seconds);
    about.topology = plan.topology.name;
    const {kernel, variant} = withVariant(selectKernel(job.kernel), job.variant);
    // What is there already costs next to nothing, and may have been removed since the last run.
    const machine = await new Machines(kernel, job.qemu ?? qemu, context, {variant}).for(plan.topology);
    const {bundle} = await runOne(plan, machine, false, context);
    return {bundle};
  } catch (error) {
    if (!(error instanceof LabError) || error instanceof Interrupted || context.signal.aborted) throw error;
    return {unbegun: {...about, reason: messageOf(error), qemu: job.qemu ?? qemu ?? ''}};
  }
}
