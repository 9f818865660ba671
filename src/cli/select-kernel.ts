// SPDX-License-Identifier: MIT
import {statSync} from 'node:fs';
import path from 'node:path';
import {UsageError} from '../base/errors.ts';
import {labRoot} from '../base/paths.ts';
import type {KernelPlan} from '../build/kernel.ts';
import {findKernel} from '../spec/catalog.ts';
import {readKernel} from '../spec/kernel.ts';

/**
 * The kernel that `--kernel` names, with the series of `--series` on top of its own.
 * @throws UsageError when there is no such kernel or series
 */
export function selectKernel(name: string, series: readonly string[]): KernelPlan {
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
