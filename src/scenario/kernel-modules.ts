// SPDX-License-Identifier: MIT
import {readFile} from 'node:fs/promises';
import {lastLine} from '../base/escape.ts';
import type {Module} from '../build/modules.ts';
import type {Guest} from '../guest/guest.ts';
import {endpointsOf, type Topology} from '../topology/model.ts';
import type {Finding} from '../verdict/finding.ts';
import {isServedAtSwitch} from '../verdict/prediction.ts';
import {bootChecks} from '../steps/boot-checks.ts';

/** Gives a guest modules that its image does not have. */
export async function sendModules(modules: readonly Module[], guest: Guest): Promise<void> {
  for (const {name, file} of modules) await guest.send(await readFile(file), `/lib/modules/${name}.ko`);
}

/**
 * Loads the modules of a guest's kernel and binds the drivers anew.
 * @returns what went wrong: a module that does not load says nothing about what was to be tried
 */
export async function loadKernelModules(
  modules: readonly string[],
  topology: Topology,
  guest: Guest,
): Promise<readonly Finding[]> {
  for (const {words, exit} of bootChecks(modules, topology)) {
    const {code, stdout, stderr} = await guest.run(words);
    if (code === exit) continue;
    const said = lastLine(stderr.trim() === '' ? stdout : stderr);
    const parameters = {command: words, exit: code, output: said};
    return [{code: 'module-setup-failed', parameters}];
  }
  return [];
}

/** The endpoints for which a kernel's modules map DMA: one that sits at switches serves what is below them. */
export function servedEndpoints(features: readonly string[], topology: Topology): readonly string[] {
  const atSwitch = features.some((feature) => feature.endsWith('-below-switch'));
  return endpointsOf(topology)
    .map(({id}) => id)
    .filter((id) => !atSwitch || isServedAtSwitch(topology, id));
}
