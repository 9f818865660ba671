// SPDX-License-Identifier: MIT
import path from 'node:path';
import * as z from 'zod';
import {plain} from './lane.ts';
import {UsageError} from '../base/errors.ts';
import {findKernel, findLane, findScenarios, namesIn, wholePath} from './catalog.ts';
import {description} from './names.ts';
import {throwProblems} from './problems.ts';
import {deepFreeze, type Frozen, type Located, readSpec} from './yaml.ts';

const name = z.string().min(1);

/** What is left out: all that has each of these. */
const exclusion = z
  .strictObject({
    scenario: name.describe('Scenarios: a name, a directory or a glob.'),
    kernel: name.describe('A kernel of the suite.'),
    lane: name.describe('A lane of the suite.'),
  })
  .partial()
  .meta({minProperties: 1})
  .refine((given) => Object.keys(given).length > 0, {error: 'name a scenario, a kernel or a lane'});

export const suiteSchema = z
  .strictObject({
    description,
    kernels: z.array(name).min(1).describe('Kernels, by name or path.'),
    lanes: z.array(name).min(1).default([plain]).describe('Lanes that each kernel runs on.'),
    'lane-scenarios': z
      .record(name, z.array(name).min(1))
      .default({})
      .describe('For lanes that run only some of the scenarios: which ones.'),
    scenarios: z
      .array(name)
      .min(1)
      .describe('Scenarios as "p2plab run" takes them: names, directories, globs.'),
    exclude: z
      .array(exclusion)
      .default([])
      .describe('Combinations that do not run: those that match all keys of an entry.'),
    retries: z.int().min(0).max(9).default(1).describe('How often a failure is retried.'),
    seconds: z
      .int()
      .min(1)
      .optional()
      .describe('Duration of mixed loads in seconds. Default: that of their scenarios.'),
  })
  .transform(({seconds, 'lane-scenarios': laneScenarios, ...rest}) => ({
    ...{...rest, laneScenarios},
    ...(seconds !== undefined && {seconds}),
  }));

/** What is run together: kernels by lanes by scenarios, less what is left out. */
export type SuiteSpec = Frozen<z.output<typeof suiteSchema>>;

/**
 * Reads a suite's file, and checks that what it names is there in the lab at `root`.
 * @throws {SpecError} for all that is wrong in it
 */
export function readSuite(root: string, file: string): Located<SuiteSpec> {
  const located = readSpec(file, suiteSchema);
  const {kernels, lanes, laneScenarios, scenarios, exclude} = located.value;
  const folder = path.dirname(located.file);
  const {check, problems} = namesIn(located);
  for (const [index, kernel] of kernels.entries())
    check(['kernels', index], () => findKernel(root, kernel, folder));
  for (const [index, lane] of lanes.entries()) check(['lanes', index], () => findLane(root, lane, folder));
  for (const [index, scenario] of scenarios.entries()) {
    check(['scenarios', index], () => findScenarios(root, [scenario], folder));
  }
  for (const [lane, own] of Object.entries(laneScenarios)) {
    check(['lane-scenarios', lane], () => {
      if (!lanes.includes(lane)) throw new UsageError(`the suite has no lane ${lane}`);
    });
    for (const [index, scenario] of own.entries()) {
      check(['lane-scenarios', lane, index], () => findScenarios(root, [scenario], folder));
    }
  }
  for (const [index, {scenario, kernel, lane}] of exclude.entries()) {
    check(
      ['exclude', index, 'scenario'],
      () => scenario !== undefined && findScenarios(root, [scenario], folder),
    );
    check(['exclude', index, 'kernel'], () => {
      if (kernel !== undefined && !kernels.includes(kernel))
        throw new UsageError(`the suite has no kernel ${kernel}`);
    });
    check(['exclude', index, 'lane'], () => {
      if (lane !== undefined && !lanes.includes(lane)) throw new UsageError(`the suite has no lane ${lane}`);
    });
  }
  throwProblems(problems);
  // From here on a path means the same wherever it is looked up.
  const whole = (given: string): string => wholePath(root, given, folder);
  const value = {
    ...located.value,
    kernels: kernels.map(whole),
    lanes: lanes.map(whole),
    laneScenarios: Object.fromEntries(
      Object.entries(laneScenarios).map(([lane, own]) => [whole(lane), own.map(whole)]),
    ),
    scenarios: scenarios.map(whole),
    exclude: exclude.map(({scenario, kernel, lane}) => ({
      ...(scenario !== undefined && {scenario: whole(scenario)}),
      ...(kernel !== undefined && {kernel: whole(kernel)}),
      ...(lane !== undefined && {lane: whole(lane)}),
    })),
  };
  return {...located, value: deepFreeze(value)};
}
