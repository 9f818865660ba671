// SPDX-License-Identifier: MIT
import type {Guest} from '../guest/guest.ts';
import {endpointsOf, type Topology} from '../topology/model.ts';
import {isServedAtSwitch} from '../verdict/prediction.ts';
import {prologue} from './prologue.ts';

/**
 * Loads the modules of a guest's kernel and binds the drivers anew.
 * @returns what went wrong: a module that does not load says nothing about what was to be tried
 */
export async function loadKernelModules(
  modules: readonly string[],
  topology: Topology,
  guest: Guest,
): Promise<readonly string[]> {
  for (const {words, exit} of prologue(modules, topology)) {
    const {code, stdout, stderr} = await guest.run(words);
    if (code === exit) continue;
    const said = (stderr.trim() === '' ? stdout : stderr).trim().split('\n').at(-1) ?? '';
    return [`the kernel's modules could not be used: "${words.join(' ')}" ended with ${code}: ${said}`];
  }
  return [];
}

/** The endpoints for which a kernel's modules map DMA: one that sits at switches serves what is below them. */
export function servedEndpoints(abilities: readonly string[], topology: Topology): readonly string[] {
  const atSwitch = abilities.some((ability) => ability.endsWith('-below-switch'));
  return endpointsOf(topology)
    .map(({id}) => id)
    .filter((id) => !atSwitch || isServedAtSwitch(topology, id));
}
