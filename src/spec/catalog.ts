// SPDX-License-Identifier: MIT
import {globSync, statSync} from 'node:fs';
import path from 'node:path';
import {SpecError, UsageError} from '../base/errors.ts';
import {identityOf, isPath} from './identity.ts';
import {type Problem, specError} from './problems.ts';
import type {Path} from './source-map.ts';
import {didYouMean} from './suggest.ts';
import type {Located} from './yaml.ts';

/** Something of the lab that has a name and a file. */
export interface Entry {
  /**
   * The path below its folder, without `.yaml`: `iommu/vtd-strict`; of what is not in the lab its whole path, so that
   * two files are never one thing.
   */
  readonly name: string;
  /** Absolute. */
  readonly file: string;
}

const folders = {
  topology: 'lab/topologies',
  kernel: 'lab/kernels',
  variant: 'lab/variants',
  mutant: 'lab/mutants',
  scenario: 'scenarios',
  suite: 'lab/suites',
} as const;

type Kind = keyof typeof folders;

/** A mutant is a folder of patches with this file beside them; everything else is a file. */
const mutantFile = '/mutant.yaml';

/** All topologies of the lab at `root`, by name. */
export function listTopologies(root: string): readonly Entry[] {
  return list(root, 'topology');
}

/** All kernels of the lab at `root`, by name. */
export function listKernels(root: string): readonly Entry[] {
  return list(root, 'kernel');
}

/** All variants of the lab at `root`, by name. */
export function listVariants(root: string): readonly Entry[] {
  return list(root, 'variant');
}

/** All mutants of the lab at `root`, by name. */
export function listMutants(root: string): readonly Entry[] {
  return list(root, 'mutant');
}

/** All scenarios of the lab at `root`, by name. */
export function listScenarios(root: string): readonly Entry[] {
  return list(root, 'scenario');
}

/** All suites of the lab at `root`, by name. */
export function listSuites(root: string): readonly Entry[] {
  return list(root, 'suite');
}

/**
 * The suite with this name, or at this path.
 * @throws {UsageError} if there is none
 */
export function findSuite(root: string, name: string): Entry {
  return findOne(root, 'suite', name);
}

/**
 * The topology with this name, or at this path.
 * @throws {UsageError} if there is none
 */
export function findTopology(root: string, name: string): Entry {
  return findOne(root, 'topology', name);
}

/**
 * The kernel with this name, or at this path.
 * @throws {UsageError} if there is none
 */
export function findKernel(root: string, name: string, from?: string): Entry {
  return findOne(root, 'kernel', name, from);
}

/**
 * The variant with this name, or at this path.
 * @throws {UsageError} if there is none
 */
export function findVariant(root: string, name: string, from?: string): Entry {
  return findOne(root, 'variant', name, from);
}

/**
 * The mutants that any of the patterns stands for: a name or a glob over names. Each comes once.
 * @throws {UsageError} for a pattern that stands for none
 */
export function findMutants(root: string, patterns: readonly string[]): readonly Entry[] {
  return findEach(root, 'mutant', patterns);
}

/**
 * The topology that a scenario names; a path counts from the scenario's folder.
 * @throws {SpecError} located in the scenario's file, if there is none
 */
export function findTopologyOf(root: string, scenario: Located<{readonly topology: string}>): Entry {
  const name = scenario.value.topology;
  return findNamedIn(scenario, ['topology'], () =>
    findOne(root, 'topology', name, path.dirname(scenario.file)),
  );
}

/**
 * What a part of a file names.
 * @throws {SpecError} located at that part, if `find` does not find it
 */
export function findNamedIn(spec: Located<unknown>, part: Path, find: () => Entry): Entry {
  try {
    return find();
  } catch (error) {
    if (!(error instanceof UsageError) || error instanceof SpecError) throw error;
    throw specError([spec.problem(part, error.message, {hint: error.hint})]);
  }
}

/** Collects what parts of a file name in vain: `find` throws a UsageError for what is not there. */
export function namesIn(spec: Located<unknown>): {
  readonly check: (part: Path, find: () => unknown) => void;
  readonly problems: readonly Problem[];
} {
  const problems: Problem[] = [];
  const check = (part: Path, find: () => unknown): void => {
    try {
      find();
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      problems.push(spec.problem(part, error.message, {hint: error.hint}));
    }
  };
  return {check, problems};
}

/**
 * The scenario with this name, or at this path from the folder `from` on.
 * @throws {UsageError} if there is none
 */
export function findScenario(root: string, name: string, from: string): Entry {
  return findOne(root, 'scenario', name, from);
}

/**
 * The scenarios that any of the patterns stands for: a name (`iommu/vtd-strict`), the last part of one
 * (`vtd-strict`), a folder of them (`iommu`), a glob over names or paths, or a path. Each comes once, in
 * the order of the patterns.
 * @throws {UsageError} for a pattern that stands for none, or for a short name of several
 */
export function findScenarios(root: string, patterns: readonly string[], from?: string): readonly Entry[] {
  return findEach(root, 'scenario', patterns, from);
}

function findEach(
  root: string,
  kind: Kind,
  patterns: readonly string[],
  from = process.cwd(),
): readonly Entry[] {
  let all: readonly Entry[] | undefined;
  const found = patterns.flatMap(
    (pattern) =>
      entryNamed(root, kind, pattern) ?? matching(root, (all ??= list(root, kind)), kind, pattern, from),
  );
  return found.filter(({file}, index) => found.findIndex((other) => other.file === file) === index);
}

function matching(
  root: string,
  all: readonly Entry[],
  kind: Kind,
  pattern: string,
  from: string,
): readonly Entry[] {
  if (/[*?[{]/.test(pattern)) {
    const named = all.filter(({name}) => path.matchesGlob(name, pattern));
    if (named.length > 0) return named;
    const files = globSync(path.resolve(from, pattern)).filter(isFile).toSorted();
    if (files.length > 0 && isPath(pattern)) return files.map((file) => entryAt(root, all, kind, file));
    const names = all.map(({name}) => name).join(', ');
    const hint = files.length > 0 ? useFile(pattern) : `there are: ${names}`;
    throw new UsageError(`no ${kind} matches ${pattern}`, {hint});
  }
  const below = all.filter(({name}) => name.startsWith(`${pattern.replace(/\/$/, '')}/`));
  return below.length > 0 && !all.some(({name}) => name === pattern)
    ? below
    : [pick(root, all, kind, pattern, from)];
}

/** The entry whose whole name this is: most often it is there, and then nobody needs the list. */
function entryNamed(root: string, kind: Kind, name: string): Entry | undefined {
  if (kind === 'mutant' || !/^[\w-]+(\/[\w-]+)*$/.test(name)) return undefined;
  const file = path.resolve(root, folders[kind], `${name}.yaml`);
  return isFile(file) ? {name, file} : undefined;
}

function findOne(root: string, kind: Kind, name: string, from = process.cwd()): Entry {
  return entryNamed(root, kind, name) ?? pick(root, list(root, kind), kind, name, from);
}

function pick(root: string, all: readonly Entry[], kind: Kind, name: string, from: string): Entry {
  const exact = all.find((entry) => entry.name === name);
  if (exact !== undefined) return exact;
  const short = all.filter((entry) => path.basename(entry.name) === name);
  if (short.length > 1) {
    const hint = `write ${short.map((entry) => entry.name).join(' or ')}`;
    throw new UsageError(`${name} is the name of ${short.length} ${kind} files`, {hint});
  }
  if (short[0] !== undefined) return short[0];
  const file = path.resolve(from, name);
  if (isPath(name) && isFile(file)) return entryAt(root, all, kind, file);
  const names = all.flatMap((entry) => [entry.name, path.basename(entry.name)]);
  const hint = isFile(file) ? useFile(name) : didYouMean(name, [...new Set(names)]);
  throw new UsageError(`there is no ${kind} "${name}"`, {hint});
}

/** A path in a file, which counts from the file's folder, made absolute; a name of the lab, also one with a slash, as it is. */
export function wholePath(root: string, word: string, folder: string): string {
  return isPath(word) && !isNamed(root, word) ? path.resolve(folder, word) : word;
}

/** Whether a word is a name of the lab, a folder of names, or a glob over them. */
function isNamed(root: string, word: string): boolean {
  return (Object.keys(folders) as Kind[]).some((kind) =>
    list(root, kind).some(
      ({name}) =>
        name === word || name.startsWith(`${word.replace(/\/$/, '')}/`) || path.matchesGlob(name, word),
    ),
  );
}

/** What to do where a name is none, but a file has it. */
export function useFile(name: string): string {
  return `to use the file, write ./${name}`;
}

function entryAt(root: string, all: readonly Entry[], kind: Kind, file: string): Entry {
  const absolute = path.resolve(file);
  const known = all.find((entry) => entry.file === absolute);
  if (known !== undefined) return known;
  const itself = kind === 'mutant' ? path.dirname(absolute) : absolute.replace(/\.ya?ml$/, '');
  return {name: identityOf(itself, root), file: absolute};
}

function list(root: string, kind: Kind): readonly Entry[] {
  const folder = path.resolve(root, folders[kind]);
  const ending = kind === 'mutant' ? mutantFile : '.yaml';
  return globSync(`**/*${ending}`, {cwd: folder})
    .toSorted()
    .map((relative) => ({name: relative.slice(0, -ending.length), file: path.join(folder, relative)}));
}

function isFile(file: string): boolean {
  return statSync(file, {throwIfNoEntry: false})?.isFile() ?? false;
}
