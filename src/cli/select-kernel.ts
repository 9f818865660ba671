// SPDX-License-Identifier: MIT
import {statSync} from 'node:fs';
import path from 'node:path';
import {UsageError} from '../base/errors.ts';
import {labRoot} from '../base/paths.ts';
import type {KernelRecipe} from '../build/kernel.ts';
import type {Lane} from '../scenario/machine.ts';
import {findKernel, findLane} from '../spec/catalog.ts';
import {readKernel} from '../spec/kernel.ts';
import {readLane} from '../spec/lane.ts';

/**
 * The kernel that `--kernel` names, with the series of `--series` on top of its own.
 * @throws UsageError when there is no such kernel or series
 */
export function selectKernel(name: string, series: readonly string[]): KernelRecipe {
  const entry = findKernel(labRoot, name);
  const spec = readKernel(entry.file).value;
  const added = series.map((given) => path.resolve(given));
  for (const file of added) {
    if (statSync(file, {throwIfNoEntry: false}) === undefined) {
      throw new UsageError(`there is no series ${file}`, {
        hint: 'give a folder of patches, a patch or a mailbox',
      });
    }
  }
  const title = [entry.name, ...added.map((file) => path.basename(file).replace(/\.(patch|mbox)$/, ''))].join(
    '+',
  );
  return {...spec, name: title, series: [...spec.series, ...added]};
}

/** A kernel as a lane has it, and the lane. */
export interface InLane {
  readonly kernel: KernelRecipe;
  readonly lane: Lane;
}

/**
 * A kernel with what the lane that `--lane` names adds to it.
 * @throws UsageError when there is no such lane
 */
export function inLane(kernel: KernelRecipe, name: string): InLane {
  const entry = findLane(labRoot, name);
  const {config, series, commandLine, epilogue, slower} = readLane(entry.file).value;
  return {
    kernel: {...kernel, config: [...kernel.config, ...config], series: [...kernel.series, ...series]},
    lane: {name: entry.name, commandLine, ...(epilogue !== undefined && {epilogue}), slower},
  };
}
