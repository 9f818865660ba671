// SPDX-License-Identifier: MIT
import {readdirSync, statSync} from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import {labRoot} from '../base/paths.ts';
import {feature, baseFeature} from './features.ts';
import {architectureNames} from './architecture.ts';
import {type Problem, throwProblems} from './problems.ts';
import {description, kebabName, moduleName} from './names.ts';
import {didYouMean} from './suggest.ts';
import {deepFreeze, type Frozen, type Located, readSpec} from './yaml.ts';

const text = z.string().min(1);

/** The Debian package's name goes into a command line and a path: nothing but what Debian allows. */
const packageName = z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/, 'not a name of a Debian package');

/** A suite of Debian, as its mirrors name it. */
const suiteName = z.string().regex(/^[a-z][a-z0-9-]+$/, 'not a suite of Debian: sid, trixie-backports, …');

/** A leading `-` would be an option to git. */
const revision = z.string().regex(/^[A-Za-z0-9_][^\s]*$/, 'not a revision of git');

const source = z
  .strictObject({
    package: packageName.optional().describe("Debian package with the kernel's source."),
    suite: suiteName.optional().describe("Debian suite of the package. Default: a suite of the host's own."),
    tarball: text.optional().describe('Path of a source tarball.'),
    tree: text.optional().describe('Path of a source tree, used as it is.'),
    git: text.optional().describe('Path or URL of a git repository.'),
    revision: revision.optional().describe('Revision in the git repository.'),
  })
  .meta({
    oneOf: [{required: ['package']}, {required: ['tarball']}, {required: ['tree']}, {required: ['git']}],
    dependentRequired: {git: ['revision'], revision: ['git'], suite: ['package']},
  })
  .transform((given, context) => {
    if (context.issues.length > 0) return z.NEVER;
    const problem = (message: string, key: keyof typeof given | undefined) => {
      context.addIssue({
        code: 'custom',
        message,
        path: key === undefined ? [] : [key],
        params: {part: 'key'},
      });
      return z.NEVER;
    };
    const kinds = (['package', 'tarball', 'tree', 'git'] as const).filter((key) => given[key] !== undefined);
    if (kinds.length > 1) return problem('a kernel has one source: drop all but one', kinds[1]);
    if (given.git === undefined && given.revision !== undefined) {
      return problem('"revision" goes with "git"', 'revision');
    }
    if (given.package === undefined && given.suite !== undefined) {
      return problem('"suite" goes with "package"', 'suite');
    }
    if (given.package !== undefined) {
      const {suite} = given;
      return {kind: 'package' as const, name: given.package, ...(suite !== undefined && {suite})};
    }
    if (given.tarball !== undefined) return {kind: 'tarball' as const, path: given.tarball};
    if (given.tree !== undefined) return {kind: 'tree' as const, path: given.tree};
    if (given.git === undefined) return problem('name one of package, tarball, tree, git', undefined);
    if (given.revision === undefined) return problem('"git" needs a "revision"', 'git');
    return {kind: 'git' as const, path: given.git, revision: given.revision};
  });

/** A scenario of the lab, in its folder. */
const scenarioName = z
  .string()
  .regex(/^[a-z0-9-]+(\/[a-z0-9-]+)*$/, 'not the name of a scenario: map-cost/below-provider, …');

export const kernelSchema = z.strictObject({
  description,
  source: source.describe('Where the source comes from: one of package, tarball, tree or git.'),
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

export type KernelSource = KernelSpec['source'];

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

function absoluteSource(source: KernelSource, absolute: (name: string) => string): KernelSource {
  switch (source.kind) {
    case 'package':
      return source;
    case 'tarball':
    case 'tree':
      return {...source, path: absolute(source.path)};
    case 'git':
      return isUrl(source.path) ? source : {...source, path: absolute(source.path)};
  }
}

function isUrl(name: string): boolean {
  return /^[a-z][a-z0-9+]*:\/\//.test(name);
}
