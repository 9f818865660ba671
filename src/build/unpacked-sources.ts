// SPDX-License-Identifier: MIT
import {existsSync, readdirSync} from 'node:fs';
import path from 'node:path';
import type {Context} from '../base/context.ts';
import {cacheRoot} from '../base/paths.ts';
import {kernelKey, type KernelPlan} from './kernel.ts';
import {isSourceHere} from './sources/registry.ts';

/** Sources of kernels that are unpacked here, by name. */
export function unpackedSources(): readonly string[] {
  const folder = path.join(cacheRoot, 'sources');
  if (!existsSync(folder)) return [];
  return readdirSync(folder, {withFileTypes: true})
    .filter((entry) => entry.isDirectory() && !/\.partial|-download-/.test(entry.name))
    .map(({name}) => name);
}

/** A kernel's key, unless its source would have to be fetched for that. */
export async function keyIfKnown(plan: KernelPlan, context: Context): Promise<string | undefined> {
  return (await isSourceHere(plan.source)) ? kernelKey(plan, context) : undefined;
}
