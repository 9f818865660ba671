// SPDX-License-Identifier: MIT
import {hostMemory} from '../base/targets.ts';
import {labRoot} from '../base/paths.ts';
import type {Kernel} from '../build/kernel.ts';
import type {QemuBinary} from '../guest/qemu-binary.ts';
import {baseFeatures} from '../spec/features.ts';
import {type Problem, throwProblems} from '../spec/problems.ts';
import {findTopologyOf} from '../spec/catalog.ts';
import {checkScenario, readScenario, type ScenarioSpec} from './scenario-file.ts';
import type {Step} from '../steps/step.ts';
import {readTopology, type TopologySpec} from '../spec/topology-spec.ts';
import type {Located} from '../spec/yaml.ts';
import type {Topology} from '../topology/model.ts';
import {planTopology, type RoutingTraits} from '../topology/plan-topology.ts';
import {missingDevices, unsupported} from '../topology/requirements.ts';
import {unmodelled, unprovided} from '../topology/unmodelled.ts';
import type {SkipFinding} from '../verdict/finding.ts';
import type {StepRecord} from './record.ts';
import {skippedStep} from './skipped.ts';
import {dataVerb} from '../steps/bound.ts';
import {verbOf} from '../steps/registry.ts';

/** A scenario that was read and checked, with its topology planned. */
export interface ScenarioPlan {
  readonly name: string;
  readonly scenario: Located<ScenarioSpec>;
  readonly topology: Topology;
  /** What it was planned from, for another QEMU. */
  readonly topologySpec: Located<TopologySpec>;
  /** The topology's file. */
  readonly topologyFile: string;
  /** The file of the steps: the scenario's own, or that of another. */
  readonly stepsFile: string;
}

/** The scenario with other lengths of its mixed loads. */
function lasting(scenario: Located<ScenarioSpec>, seconds: number | undefined): Located<ScenarioSpec> {
  if (seconds === undefined) return scenario;
  const steps = scenario.value.steps.map((step) => {
    const options = verbOf(step).lasting?.(step.options, seconds);
    // A verb returns options of its own kind.
    return options === undefined ? step : ({...step, options} as Step);
  });
  return {...scenario, value: {...scenario.value, steps}};
}

/**
 * Reads a scenario and its topology and checks that they fit.
 * @param seconds how long its mixed loads last, instead of what it says itself
 * @throws SpecError for all that is wrong in either file
 */
export function planScenario(
  entry: {readonly name: string; readonly file: string},
  seconds?: number,
): ScenarioPlan {
  const {stepsFile, ...located} = readScenario(entry.file);
  const scenario = lasting(located, seconds);
  const found = findTopologyOf(labRoot, scenario);
  const spec = readTopology(found.file);
  const topology = planTopology(found.name, spec);
  checkScenario(scenario, spec.value);
  throwProblems(plannedProblems(scenario, topology));
  const files = {topologyFile: found.file, stepsFile};
  return Object.freeze({name: entry.name, scenario, topology, topologySpec: spec, ...files});
}

/** Ports are numbered when the tree is planned: what a step says of them is checked then. */
function plannedProblems(scenario: Located<ScenarioSpec>, topology: Topology): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [index, step] of scenario.value.steps.entries()) {
    verbOf(step).checkPlanned?.(step.options, topology, (path, text, hint) => {
      problems.push(scenario.problem(['steps', index, step.verb, ...path], text, {hint}));
    });
  }
  return problems;
}

/** What of a machine decides how a topology behaves. */
export function traitsOf({
  qemu: {routes},
  kernel: {missing},
}: {
  readonly qemu: Pick<QemuBinary, 'routes'>;
  readonly kernel: Pick<Kernel, 'missing'>;
}): RoutingTraits {
  return {routes, earlyAcs: missing.includes('late-acs')};
}

/** The plan as a machine with these traits behaves; until they are known a plan is for stock QEMU. */
export function planFor(plan: ScenarioPlan, traits: RoutingTraits): ScenarioPlan {
  return Object.freeze({...plan, topology: planTopology(plan.topology.name, plan.topologySpec, traits)});
}

/** Why a plan means nothing with this variant; undefined if it does. */
export function wrongVariant(
  {scenario}: ScenarioPlan,
  variant: {readonly name: string; readonly countInstructions?: boolean},
): SkipFinding | undefined {
  const {variants, steps} = scenario.value;
  if (variants !== undefined && !variants.includes(variant.name)) {
    return {code: 'variant-required', parameters: {variants}};
  }
  const counts =
    variant.countInstructions !== true && steps.some((step) => verbOf(step).countsInstructions === true);
  return counts ? {code: 'instructions-not-counted', parameters: {variant: variant.name}} : undefined;
}

/** What of a kernel decides whether a plan can be run with it. */
export type KernelTraits = Pick<Kernel, 'name' | 'arch' | 'features' | 'missing'>;

/** Why a plan cannot be run with this kernel and this QEMU; undefined if it can. */
export function reasonToSkip(
  plan: ScenarioPlan,
  kernel: KernelTraits,
  qemu: QemuBinary,
): SkipFinding | undefined {
  const {machine, architecture} = plan.topology.platform;
  if (kernel.arch !== architecture) {
    return {code: 'architecture-differs', parameters: {machine, architecture, kernel: kernel.name}};
  }
  const missing = plan.scenario.value.requires.find((feature) => !kernel.features.includes(feature));
  if (missing !== undefined)
    return {code: 'feature-missing', subject: missing, parameters: {kernel: kernel.name}};
  const [message] = unsupported(plan.topology, qemu.version);
  if (message !== undefined) return {code: 'qemu-unsuitable', parameters: {message}};
  return unbuilt(plan, qemu) ?? unrunnable(plan) ?? stepless(plan, kernel);
}

/** Why this QEMU cannot run a step of the plan. */
function unrunnable({topology, scenario}: ScenarioPlan): SkipFinding | undefined {
  for (const step of scenario.value.steps) {
    const reason = verbOf(step).reasonToSkipRun?.(step.options, topology);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** Why there is nothing to boot a guest for: steps that are judged each by itself can be left out. */
function stepless({topology, scenario}: ScenarioPlan, kernel: KernelTraits): SkipFinding | undefined {
  const {steps, continueOnFailure} = scenario.value;
  const moving = steps.filter((step) => dataVerb(step) !== undefined || mappedBy(step).length > 0);
  const reasons = moving.map((step) => reasonToSkipStep(step, topology, kernel));
  const all = moving.length > 0 && reasons.every((reason) => reason !== undefined);
  return !continueOnFailure || all ? reasons.find((reason) => reason !== undefined) : undefined;
}

/** Why a step proves nothing here, by the tree or by what the kernel cannot; undefined if it can be driven. */
export function reasonToSkipStep(
  step: Step,
  topology: Topology,
  {name, missing}: Pick<KernelTraits, 'name' | 'missing'>,
): SkipFinding | undefined {
  if (missing.includes('user-memory') && takesUserMemory(step, topology)) {
    const description = baseFeatures['user-memory'].replace(/\.$/, '');
    return {code: 'feature-removed', subject: 'user-memory', parameters: {kernel: name, description}};
  }
  for (const provider of mappedBy(step)) {
    const reason = unprovided(topology, provider);
    if (reason !== undefined) return reason;
  }
  for (const {initiator, target} of dataVerb(step)?.transfers(topology, []) ?? []) {
    if (target === hostMemory) continue;
    const reason = unmodelled(topology, {provider: target, client: initiator});
    if (reason !== undefined) return reason;
  }
  return verbOf(step).reasonToSkip?.(step.options, topology);
}

/** The providers whose memory a step maps, whether or not it has a device use it. */
function mappedBy(step: Step): readonly string[] {
  return verbOf(step).mapped?.(step.options) ?? [];
}

/** Whether user space in the guest has memory of a provider in its hands. */
function takesUserMemory(step: Step, topology: Topology): boolean {
  if (mappedBy(step).length > 0) return true;
  return (
    dataVerb(step)
      ?.transfers(topology, [])
      .some(({target}) => target !== hostMemory) ?? false
  );
}

/** The records of steps that are judged each by itself, where none of them is driven. */
export function skippedSteps(
  {topology, scenario}: ScenarioPlan,
  kernel: KernelTraits,
  reason: SkipFinding,
): readonly StepRecord[] {
  if (!scenario.value.continueOnFailure) return [];
  const {features} = kernel;
  return scenario.value.steps
    .filter((step) => dataVerb(step) !== undefined)
    .map((step) =>
      skippedStep(step, {topology, features}, reasonToSkipStep(step, topology, kernel) ?? reason),
    );
}

function unbuilt({topology}: ScenarioPlan, {path, devices}: QemuBinary): SkipFinding | undefined {
  const missing = missingDevices(topology, devices);
  if (missing.length === 0) return undefined;
  return {code: 'qemu-device-missing', parameters: {qemu: path, devices: missing}};
}
