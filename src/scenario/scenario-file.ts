// SPDX-License-Identifier: MIT
import path from 'node:path';
import * as z from 'zod';
import {displayPath, labRoot} from '../base/paths.ts';
import {feature} from '../spec/features.ts';
import {kernelArguments} from '../spec/kernel-arguments.ts';
import {description, kebabName} from '../spec/names.ts';
import {findNamedIn, findScenario} from '../spec/catalog.ts';
import {type Problem, specError, throwProblems} from '../spec/problems.ts';
import {reportKinds} from '../spec/report-kind.ts';
import {inSlotOf} from '../spec/slot.ts';
import {verbOf} from '../steps/registry.ts';
import type {Scene} from '../steps/scene.ts';
import {type Step, stepSchema} from '../steps/step.ts';
import type {SlotChange} from '../steps/verb.ts';
import type {TopologySpec} from '../spec/topology.ts';
import {type Frozen, type Located, parseSpec, readSpecText} from '../spec/yaml.ts';

const common = {
  description,
  topology: z.string().min(1).describe('Name of a topology in lab/topologies/, or a path.'),
  requires: z
    .array(feature)
    .default([])
    .describe('Features that the kernel must have; the verdict is skip on other kernels.'),
  variants: z
    .array(kebabName)
    .min(1)
    .optional()
    .describe('Variants that the scenario applies to; the verdict is skip on others. Default: all variants.'),
  'known-crash': z
    .strictObject({
      without: feature.describe('Kernels without this feature crash.'),
      reports: z
        .array(
          z.strictObject({
            kind: z.enum(reportKinds).describe('The kind of the report.'),
            title: z.string().trim().min(1).describe('The title of the report, as p2plab prints it.'),
          }),
        )
        .min(1)
        .describe('The only reports that count as the known issue.'),
    })
    .optional()
    .describe('A crash that is a known issue of some kernels, not a regression.'),
  'continue-on-failure': z
    .boolean()
    .default(false)
    .describe('Whether the run continues after a failed step and judges each step separately.'),
  'kernel-arguments': kernelArguments
    .default([])
    .describe('Kernel arguments in addition to those of the topology and the variant.'),
};

const steps = z.array(stepSchema).min(1).describe('The steps, in order.');

const stepsFrom = z
  .string()
  .min(1)
  .describe('Takes the steps of another scenario, by name or path, instead of "steps".');

function withArguments<
  T extends {readonly 'kernel-arguments': readonly string[]; readonly 'continue-on-failure': boolean},
>({'kernel-arguments': kernelArguments, 'continue-on-failure': continueOnFailure, ...rest}: T) {
  return {...rest, kernelArguments, continueOnFailure};
}

export const scenarioSchema = z.strictObject({...common, steps}).transform(withArguments);

/** A scenario that drives another's steps on a topology of its own: a name in scenarios/ or a path. */
const borrowingSchema = z.strictObject({...common, 'steps-from': stepsFrom}).transform(withArguments);

/** A scenario's file of either sort: for JSON Schema, and for messages about unknown keys. */
export const scenarioFileSchema = z
  .strictObject({...common, steps: steps.optional(), 'steps-from': stepsFrom.optional()})
  .meta({oneOf: [{required: ['steps']}, {required: ['steps-from']}]});

/** What is driven, and what must come of it. */
export type ScenarioSpec = Frozen<z.output<typeof scenarioSchema>>;

/** A scenario as read from its file, and where its steps stand: there, or in another's. */
export interface LocatedScenario extends Located<ScenarioSpec> {
  readonly stepsFile: string;
}

/**
 * Reads a scenario's file, and that of the steps that it takes from another in the lab at `root`.
 * @throws {SpecError} for all that is wrong in it by itself; checkScenario sees the topology too
 */
export function readScenario(file: string, root: string = labRoot): LocatedScenario {
  const text = readSpecText(file);
  if (!/^steps-from\s*:/m.test(text)) {
    const own = parseSpec(text, file, scenarioSchema);
    return {...own, stepsFile: own.file};
  }
  const borrower = parseSpec(text, file, borrowingSchema);
  const {'steps-from': name, ...value} = borrower.value;
  const lender = readLender(root, name, borrower);
  return {
    file: borrower.file,
    stepsFile: lender.file,
    // What kernels are known to report follows from the steps, unless the borrower says otherwise.
    value: {'known-crash': lender.value['known-crash'], ...value, steps: lender.value.steps},
    problem: (where, ...rest) => (where[0] === 'steps' ? lender : borrower).problem(where, ...rest),
  };
}

function readLender(root: string, name: string, borrower: Located<unknown>): Located<ScenarioSpec> {
  const {file} = findNamedIn(borrower, ['steps-from'], () =>
    findScenario(root, name, path.dirname(borrower.file)),
  );
  const lender = readScenario(file, root);
  if (lender.stepsFile === lender.file) return lender;
  const hint = `name the scenario that has the steps: ${displayPath(lender.stepsFile)}`;
  throw specError([borrower.problem(['steps-from'], `"${name}" has no steps of its own`, {hint})]);
}

/**
 * Checks that a scenario's steps fit the topology: its devices exist, have the disk or the memory that is
 * asked of them, and the bytes fit.
 * @throws {SpecError} for all that does not, located in the scenario's file
 */
export function checkScenario(
  scenario: Located<ScenarioSpec>,
  {devices, cpus, hotplug}: Pick<TopologySpec, 'devices' | 'cpus' | 'hotplug'>,
): void {
  const problems: Problem[] = [];
  const unplugged = new Map<string, string>();
  for (const [index, step] of scenario.value.steps.entries()) {
    const scene: Scene = {
      devices,
      cpus,
      hotplug,
      unplugged,
      report(path, text, hint) {
        problems.push(scenario.problem(['steps', index, step.verb, ...path], text, {hint}));
      },
    };
    verbOf(step).check(step.options, scene);
    const change = slotChangeOf(step);
    for (const id of change === undefined ? [] : inSlotOf(devices, change.device)) {
      if (change?.to === 'empty') unplugged.set(id, change.device);
      else unplugged.delete(id);
    }
  }
  throwProblems(problems);
}

/** The slot that a step empties or fills, by itself or while it does something else. */
export function slotChangeOf(step: Step): SlotChange | undefined {
  return verbOf(step).slotChange?.(step.options);
}
