// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {ability} from './abilities.ts';
import {description, kebabName} from './names.ts';
import {type Problem, throwProblems} from './problems.ts';
import {stepSchema} from './step.ts';
import {verbs} from './steps/registry.ts';
import type {Scene} from './steps/scene.ts';
import type {Verb} from './steps/verb.ts';
import type {TopologySpec} from './topology.ts';
import {type Frozen, type Located, readSpec} from './yaml.ts';

export const scenarioSchema = z.strictObject({
  description,
  /** A name in lab/topologies/ or a path. */
  topology: z.string().min(1),
  /** Abilities that the kernel must have, else the verdict is `skip`. */
  requires: z.array(ability).default([]),
  /** The lanes on which it means something, else the verdict is `skip`; all if not given. */
  lanes: z.array(kebabName).min(1).optional(),
  /** Whether each step is judged by itself: a step that failed ends the run if it is not. */
  independent: z.boolean().default(false),
  steps: z.array(stepSchema).min(1),
});

/** What is driven, and what must come of it. */
export type ScenarioSpec = Frozen<z.output<typeof scenarioSchema>>;

/**
 * Reads a scenario's file.
 * @throws {SpecError} for all that is wrong in it by itself; checkScenario sees the topology too
 */
export function readScenario(file: string): Located<ScenarioSpec> {
  return readSpec(file, scenarioSchema);
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
  for (const [index, step] of scenario.value.steps.entries()) {
    const scene: Scene = {
      devices,
      cpus,
      hotplug,
      report(path, text, hint) {
        problems.push(scenario.problem(['steps', index, step.verb, ...path], text, {hint}));
      },
    };
    // The registry ties a verb to its options; TypeScript cannot follow that through the union.
    const verb = verbs[step.verb] as Verb;
    verb.check(step.options, scene);
  }
  throwProblems(problems);
}
