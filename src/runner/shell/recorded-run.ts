// SPDX-License-Identifier: MIT
import {existsSync, readFileSync} from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import {UsageError} from '../../base/errors.ts';
import {labRoot} from '../../base/paths.ts';
import type {KernelRecipe} from '../../build/kernel.ts';
import {bundlesRoot} from '../../results/bundle.ts';
import {findScenarios} from '../../spec/catalog.ts';
import {isPath} from '../../spec/identity.ts';
import {withNewNames} from '../../results/renames.ts';

/** What a run ran on. */
export interface RanOn {
  /** The scenario's name in the lab, or else the file that the bundle has of it. */
  readonly scenario: string;
  readonly kernel: KernelRecipe;
  readonly qemu: string;
}

const inputsSchema = z.looseObject({
  scenario: z.string(),
  recipe: z.looseObject({name: z.string(), source: z.looseObject({kind: z.string()})}).optional(),
  qemu: z.looseObject({path: z.string()}),
});

/**
 * What the run of a bundle ran on, by its folder or its name; undefined for what is no bundle.
 * @throws {UsageError} for a bundle that does not say of what its kernel was made
 */
export function runOf(given: string): RanOn | undefined {
  const folder = isPath(given) ? given : path.join(bundlesRoot, given);
  if (!existsSync(path.join(folder, 'inputs.json'))) return undefined;
  const {scenario, recipe, qemu} = inputsSchema.parse(
    withNewNames(JSON.parse(readFileSync(path.join(folder, 'inputs.json'), 'utf8'))),
  );
  if (recipe === undefined) {
    throw new UsageError(`${folder} does not say of what its kernel was made: an older p2plab made it`, {
      hint: `./p2plab shell ${scenario} --kernel …`,
    });
  }
  const kernel = recipe as unknown as KernelRecipe;
  return {scenario: namedOr(scenario, folder), kernel, qemu: qemu.path};
}

function namedOr(scenario: string, folder: string): string {
  try {
    findScenarios(labRoot, [scenario]);
    return scenario;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return path.join(folder, 'scenario.yaml');
  }
}
