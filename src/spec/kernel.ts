// SPDX-License-Identifier: MIT
import {readdirSync, statSync} from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import {labRoot} from '../base/paths.ts';
import {feature, baseFeature} from './features.ts';
import {architectureNames} from './architecture.ts';
import {absoluteSource, kernelSource} from './kernel-source.ts';
import {type Problem, throwProblems} from './problems.ts';
import {description, kebabName, moduleName} from './names.ts';
import {didYouMean} from './suggest.ts';
import {deepFreeze, type Frozen, type Located, readSpec} from './yaml.ts';

const text = z.string().min(1);

/** A scenario of the lab, in its folder. */
const scenarioName = z
  .string()
  .regex(/^[a-z0-9-]+(\/[a-z0-9-]+)*$/, 'not the name of a scenario: map-cost/below-provider, …');

export const kernelSchema = z.strictObject({
  description,
  source: kernelSource.describe('Where the source comes from: one of package, tarball, tree or git.'),
  config: z
    .array(kebabName)
    .default([])
    .describe(
      "Fragments in images/config/, merged after common and the architecture's own; later ones override earlier ones.",
    ),
  series: z
    .array(text)
    .default([])
    .describe(
      "Patch directories or mailboxes, applied in this order. Paths are relative to the file's directory.",
    ),
  features: z
    .array(feature)
    .default([])
    .describe('What this kernel, with its modules, supports and plain Linux 6.12 does not.'),
  missing: z
    .array(baseFeature)
    .default([])
    .describe('What plain Linux 6.12 supports and this kernel does not.'),
  architectures: z
    .array(z.enum(architectureNames))
    .min(1)
    .default([...architectureNames])
    .describe('Guest architectures that the kernel can be built for.'),
  modules: z
    .array(moduleName)
    .default([])
    .describe('Modules in images/modules/ that are loaded before the first step; drivers are then rebound.'),
  costs: z
    .record(scenarioName, z.record(kebabName, z.int().min(1)))
    .default({})
    .describe(
      'Instructions that an operation may take in addition to plain Linux, by scenario and operation (map-sg-16). Operations that are not listed may take none.',
    ),
});

/** A kernel to be built. Its paths are absolute once read by readKernel. */
export type KernelSpec = Frozen<z.output<typeof kernelSchema>>;

/**
 * Reads a kernel's file, its paths made absolute.
 * @throws {SpecError} for all that is wrong in it, also a series that is not there
 */
export function readKernel(file: string): Located<KernelSpec> {
  const located = readSpec(file, kernelSchema);
  const absolute = (name: string) => path.resolve(path.dirname(located.file), name);
  const {source: given, series, modules} = located.value;
  const problems: Problem[] = [];
  for (const [index, name] of series.entries()) {
    if (statSync(absolute(name), {throwIfNoEntry: false}) === undefined) {
      const hint = 'paths count from the folder of this file';
      problems.push(located.problem(['series', index], `there is no series ${name}`, {hint}));
    }
  }
  for (const [index, name] of modules.entries()) {
    const known = labModules();
    if (known.includes(name)) continue;
    const hint = didYouMean(name, known);
    problems.push(located.problem(['modules', index], `the lab has no module "${name}"`, {hint}));
  }
  throwProblems(problems);
  const value = {...located.value, source: absoluteSource(given, absolute), series: series.map(absolute)};
  return {...located, value: deepFreeze(value)};
}

/** A module of the lab is a folder of its own. */
function labModules(): readonly string[] {
  return readdirSync(path.join(labRoot, 'images/modules')).toSorted();
}
