// SPDX-License-Identifier: MIT
import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {stateRoot} from '../../base/paths.ts';
import type {Api} from '../../spec/api.ts';
import type {Entry} from '../../spec/catalog.ts';
import type {RoutingTraits} from '../../topology/plan.ts';
import type {ForestDraw} from './draw.ts';
import {forestFiles} from './forest.ts';

/** Where the files of random boots lie: a folder for each seed. */
export function randomFolder(seed: number): string {
  return path.join(stateRoot, 'random', String(seed));
}

/**
 * Writes a drawn boot as a scenario and its topology beside it, so that plain `run` runs it.
 * @param at where the files go, what is asked there, and which QEMU is to show it
 */
export async function writeForest(
  {
    folder,
    apis,
    qemu,
  }: {readonly folder: string; readonly apis: readonly Api[]; readonly qemu: RoutingTraits},
  name: string,
  draw: ForestDraw,
): Promise<Entry> {
  const topology = `${name}.topology.yaml`;
  const forest = forestFiles(draw, apis, {topology: `./${topology}`, title: `random ${name}`}, qemu);
  const file = path.join(folder, `${name}.yaml`);
  await mkdir(folder, {recursive: true});
  await Promise.all([
    writeFile(path.join(folder, topology), forest.topology),
    writeFile(file, forest.scenario),
  ]);
  return {name, file};
}
