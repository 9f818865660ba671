// SPDX-License-Identifier: MIT
import path from 'node:path';
import * as z from 'zod';
import {plain} from './variant.ts';
import {UsageError} from '../base/errors.ts';
import {findKernel, findVariant, findScenarios, namesIn, wholePath} from './catalog.ts';
import {description} from './names.ts';
import {throwProblems} from './problems.ts';
import {deepFreeze, type Frozen, type Located, readSpec} from './yaml.ts';

const name = z.string().min(1);

/** What is left out: all that has each of these. */
const exclusion = z
  .strictObject({
    scenario: name.describe('Scenarios: a name, a directory or a glob.'),
    kernel: name.describe('A kernel of the suite.'),
    variant: name.describe('A variant of the suite.'),
  })
  .partial()
  .meta({minProperties: 1})
  .refine((given) => Object.keys(given).length > 0, {error: 'name a scenario, a kernel or a variant'});

export const suiteSchema = z
  .strictObject({
    description,
    kernels: z.array(name).min(1).describe('Kernels, by name or path.'),
    variants: z.array(name).min(1).default([plain]).describe('Variants that each kernel runs on.'),
    'variant-scenarios': z
      .record(name, z.array(name).min(1))
      .default({})
      .describe('For variants that run only some of the scenarios: which ones.'),
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
  .transform(({seconds, 'variant-scenarios': variantScenarios, ...rest}) => ({
    ...{...rest, variantScenarios},
    ...(seconds !== undefined && {seconds}),
  }));

/** What is run together: kernels × variants × scenarios, less what is left out. */
export type SuiteSpec = Frozen<z.output<typeof suiteSchema>>;

/**
 * Reads a suite's file, and checks that what it names is there in the lab at `root`.
 * @throws {SpecError} for all that is wrong in it
 */
export function readSuite(root: string, file: string): Located<SuiteSpec> {
  const located = readSpec(file, suiteSchema);
  const {kernels, variants, variantScenarios, scenarios, exclude} = located.value;
  const folder = path.dirname(located.file);
  const {check, problems} = namesIn(located);
  for (const [index, kernel] of kernels.entries())
    check(['kernels', index], () => findKernel(root, kernel, folder));
  for (const [index, variant] of variants.entries())
    check(['variants', index], () => findVariant(root, variant, folder));
  for (const [index, scenario] of scenarios.entries()) {
    check(['scenarios', index], () => findScenarios(root, [scenario], folder));
  }
  for (const [variant, own] of Object.entries(variantScenarios)) {
    check(['variant-scenarios', variant], () => {
      if (!variants.includes(variant)) throw new UsageError(`the suite has no variant ${variant}`);
    });
    for (const [index, scenario] of own.entries()) {
      check(['variant-scenarios', variant, index], () => findScenarios(root, [scenario], folder));
    }
  }
  for (const [index, {scenario, kernel, variant}] of exclude.entries()) {
    check(
      ['exclude', index, 'scenario'],
      () => scenario !== undefined && findScenarios(root, [scenario], folder),
    );
    check(['exclude', index, 'kernel'], () => {
      if (kernel !== undefined && !kernels.includes(kernel))
        throw new UsageError(`the suite has no kernel ${kernel}`);
    });
    check(['exclude', index, 'variant'], () => {
      if (variant !== undefined && !variants.includes(variant))
        throw new UsageError(`the suite has no variant ${variant}`);
    });
  }
  throwProblems(problems);
  // From here on a path means the same wherever it is looked up.
  const whole = (given: string): string => wholePath(root, given, folder);
  const value = {
    ...located.value,
    kernels: kernels.map(whole),
    variants: variants.map(whole),
    variantScenarios: Object.fromEntries(
      Object.entries(variantScenarios).map(([variant, own]) => [whole(variant), own.map(whole)]),
    ),
    scenarios: scenarios.map(whole),
    exclude: exclude.map(({scenario, kernel, variant}) => ({
      ...(scenario !== undefined && {scenario: whole(scenario)}),
      ...(kernel !== undefined && {kernel: whole(kernel)}),
      ...(variant !== undefined && {variant: whole(variant)}),
    })),
  };
  return {...located, value: deepFreeze(value)};
}
