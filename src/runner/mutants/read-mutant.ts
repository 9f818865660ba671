// SPDX-License-Identifier: MIT
import path from 'node:path';
import {labRoot} from '../../base/paths.ts';
import {readSeries} from '../../build/series.ts';
import type {Sortable} from './build-order.ts';
import {planScenario, type ScenarioPlan} from '../../scenario/plan-scenario.ts';
import {type Entry, findScenarios} from '../../spec/catalog.ts';
import type {EvidenceName} from '../../spec/check-names.ts';
import {type MutantSpec, readMutant} from '../../spec/mutant-spec.ts';

/** A mutant with all that it names read and checked. */
export interface Mutant extends Sortable {
  readonly spec: MutantSpec;
  /** The directory of its patches. */
  readonly folder: string;
  /** What must catch it, and by which evidence. */
  readonly killers: readonly {readonly plan: ScenarioPlan; readonly evidence: readonly EvidenceName[]}[];
}

/**
 * Reads a mutant, its patches and its scenarios.
 * @throws {SpecError} for what is wrong in a file; {UsageError} when it has no patch
 */
export async function readMutantEntry({name, file}: Entry): Promise<Mutant> {
  const spec = readMutant(labRoot, file).value;
  const folder = path.dirname(file);
  const series = await readSeries(folder);
  const killers = spec.killedBy.map(({scenario, evidence}) => {
    const [entry] = findScenarios(labRoot, [scenario]);
    if (entry === undefined) throw new TypeError(`${scenario} was there a moment ago`);
    return {plan: planScenario(entry), evidence};
  });
  return {
    name,
    kernel: spec.kernel,
    variant: spec.variant,
    patchesKernel: spec.module === undefined,
    files: touchedFiles(series.files.map(({content}) => content)),
    spec,
    folder,
    killers,
  };
}

function touchedFiles(patches: readonly string[]): readonly string[] {
  return patches.flatMap((patch) => [...patch.matchAll(/^\+\+\+ b\/(\S+)/gm)].map(([, name = '']) => name));
}
