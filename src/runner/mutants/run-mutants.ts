// SPDX-License-Identifier: MIT
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {Context} from '../../base/context.ts';
import {Interrupted, LabError} from '../../base/errors.ts';
import {makeScratch, removeScratch} from '../../base/owned.ts';
import {patchedModule} from '../../build/patched-module.ts';
import {inBuildOrder} from './build-order.ts';
import {Machines} from '../../scenario/machine.ts';
import type {ScenarioPlan} from '../../scenario/plan.ts';
import {type MutantOutcome, compareWithControl} from '../../verdict/mutant.ts';
import {type Result, runOne} from '../run-all.ts';
import {withVariant, selectKernel} from '../select-kernel.ts';
import {withTasks} from '../tasks.ts';
import type {Mutant} from './read-mutant.ts';

/** What `p2plab mutants` was asked for. */
export interface MutantRequest {
  readonly mutants: readonly Mutant[];
  readonly qemu: string | undefined;
  readonly keep: boolean;
}

/** What came of a mutant in one scenario. */
export interface MutantRun {
  readonly scenario: string;
  readonly outcome: MutantOutcome;
  readonly declared: readonly string[];
  readonly evidence: readonly string[];
  readonly reason: string;
  readonly durationMs: number;
  readonly bundle: string;
}

/** What came of a mutant: `elsewhere` is one that cannot show here, and was not tried. */
export interface MutantResult {
  readonly mutant: string;
  readonly kernel: string;
  readonly variant: string;
  readonly rule: string;
  readonly outcome: MutantOutcome | 'elsewhere';
  readonly reason: string;
  readonly buildMs: number;
  readonly runs: readonly MutantRun[];
}

/** The worst comes first: a mutant is as good as killed only if each of its scenarios kills it. */
const order = [
  'survived',
  'killed by other evidence',
  'inconclusive',
  'killed',
] as const satisfies readonly MutantOutcome[];

/**
 * Builds each mutant, runs the scenarios that must catch it, and compares with what they say of the same
 * kernel without it. While one is run, the next is built. Results come in the order of building.
 * @param listen is told each result as it comes
 */
export async function runMutants(
  {mutants, qemu, keep}: MutantRequest,
  listen: (result: MutantResult) => void,
  context: Context,
): Promise<readonly MutantResult[]> {
  return withTasks(context, async (tasks) => {
    const scratch = await tasks.begin({
      title: 'scratch',
      setup: () => makeScratch(path.join(tmpdir(), 'p2plab-mutants-')),
      teardown: removeScratch,
    });
    const bench = new Bench(qemu, keep, scratch, context);
    const results = mutants.filter(({spec}) => spec.onlyOn !== undefined).map(elsewhere);
    results.forEach(listen);
    const sorted = inBuildOrder(mutants.filter(({spec}) => spec.onlyOn === undefined));
    // An interrupted build ends later than the run: its scratch directory must not be removed under it.
    const builds = await tasks.begin({
      title: 'builds',
      setup: (): Promise<Built>[] => [],
      teardown: (begun) => Promise.allSettled(begun),
    });
    const begin = (mutant: Mutant | undefined): void => {
      if (mutant === undefined) return;
      const build = bench.build(mutant);
      builds.push(build);
      // Whoever comes to it in its turn is told of a failure.
      build.catch(() => undefined);
    };
    begin(sorted[0]);
    for (const [index, mutant] of sorted.entries()) {
      const built = await builds[index];
      begin(sorted[index + 1]);
      const result = await bench.tryOut(mutant, built);
      results.push(result);
      listen(result);
    }
    return results;
  });
}

function elsewhere({name, spec}: Mutant): MutantResult {
  const {kernel, variant, rule, onlyOn} = spec;
  const reason = `it shows on ${onlyOn?.where ?? ''}: ${onlyOn?.why ?? ''}`;
  return {mutant: name, kernel, variant, rule, outcome: 'elsewhere', reason, buildMs: 0, runs: []};
}

/** A mutant's machines, or why there are none. */
interface Built {
  readonly machines: Machines | LabError;
  readonly milliseconds: number;
}

/** Builds machines and runs scenarios on them, those without a mutant only once. */
class Bench {
  readonly #qemu: string | undefined;
  readonly #keep: boolean;
  readonly #scratch: string;
  readonly #context: Context;
  readonly #machines = new Map<string, Machines>();
  readonly #controls = new Map<string, Promise<Result>>();

  constructor(qemu: string | undefined, keep: boolean, scratch: string, context: Context) {
    this.#qemu = qemu;
    this.#keep = keep;
    this.#scratch = scratch;
    this.#context = context;
  }

  /** Builds a mutant, and before it the kernel that it is a mutant of. */
  async build(mutant: Mutant): Promise<Built> {
    try {
      const unbroken = this.#unbroken(mutant);
      for (const {plan} of mutant.killers) await unbroken.for(plan.topology);
      const begun = performance.now();
      const machines = await this.#broken(mutant);
      for (const {plan} of mutant.killers) await machines.for(plan.topology);
      return {machines, milliseconds: Math.round(performance.now() - begun)};
    } catch (error) {
      // One that does not build is told in its turn, and the others are still tried.
      if (!(error instanceof LabError)) throw error;
      return {machines: error, milliseconds: 0};
    }
  }

  /** Runs all scenarios of a mutant that is built. */
  async tryOut({name, spec, killers}: Mutant, built: Built | undefined): Promise<MutantResult> {
    const {kernel, variant, rule} = spec;
    const about = {mutant: name, kernel, variant, rule, buildMs: built?.milliseconds ?? 0};
    const machines = built?.machines;
    if (machines instanceof Interrupted || machines === undefined) throw machines ?? new Interrupted();
    if (machines instanceof LabError) {
      return {...about, outcome: 'inconclusive', reason: `it does not build: ${machines.message}`, runs: []};
    }
    const runs: MutantRun[] = [];
    for (const {plan, evidence: declared} of killers) {
      const control = await this.#control(spec, plan);
      const machine = await machines.for(plan.topology);
      const broken = await runOne(plan, machine, this.#keep, this.#context);
      const {scenario, durationMs, bundle} = broken;
      runs.push({scenario, declared, durationMs, bundle, ...compareWithControl(broken, control, declared)});
    }
    const worst = order.map((outcome) => runs.find((run) => run.outcome === outcome)).find((run) => run);
    return {...about, outcome: worst?.outcome ?? 'inconclusive', reason: worst?.reason ?? '', runs};
  }

  /** What a scenario says of the kernel without a mutant. */
  #control(of: Pick<Mutant, 'kernel' | 'variant'>, plan: ScenarioPlan): Promise<Result> {
    return once(this.#controls, `${of.kernel} ${of.variant} ${plan.name}`, async () =>
      runOne(plan, await this.#unbroken(of).for(plan.topology), this.#keep, this.#context),
    );
  }

  #unbroken({kernel, variant}: Pick<Mutant, 'kernel' | 'variant'>): Machines {
    return once(this.#machines, `${kernel} ${variant}`, () => {
      const plan = withVariant(selectKernel(kernel), variant);
      return new Machines(plan.kernel, this.#qemu, this.#context, {variant: plan.variant});
    });
  }

  async #broken({name, kernel, variant, spec, folder}: Mutant): Promise<Machines> {
    const {module} = spec;
    const selected = selectKernel(kernel, {series: module === undefined ? [folder] : []});
    const plan = withVariant({...selected, name: `${kernel}+${name}`}, variant);
    const modules =
      module === undefined
        ? {}
        : {[module]: await patchedModule(module, folder, path.join(this.#scratch, name), this.#context)};
    return new Machines(plan.kernel, this.#qemu, this.#context, {variant: plan.variant, modules});
  }
}

/** What is kept under a key, made if there is nothing. */
function once<T>(kept: Map<string, T>, key: string, make: () => T): T {
  const found = kept.get(key);
  if (found !== undefined) return found;
  const made = make();
  kept.set(key, made);
  return made;
}
