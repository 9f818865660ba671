// SPDX-License-Identifier: MIT
import {readdirSync} from 'node:fs';
import path from 'node:path';
import {labRoot} from '../base/paths.ts';
import {qemuNames} from '../build/qemu.ts';
import {
  type Entry,
  listKernels,
  listVariants,
  listMutants,
  listScenarios,
  listSuites,
  listTopologies,
} from '../spec/catalog.ts';

/** Names of one kind, and whether a path can stand for one. */
export interface NamesOfKind {
  readonly names: () => readonly string[];
  readonly files: boolean;
}

/** What values options have, by their long names, and arguments, by theirs. What is not here is not completed. */
export interface Names {
  readonly options: Readonly<Record<string, NamesOfKind>>;
  readonly arguments: Readonly<Record<string, NamesOfKind>>;
}

/** The names of the lab that there are now. They are listed where one is asked for. */
export async function namesOfLab(): Promise<Names> {
  const ofQemus = ['stock', ...(await qemuNames())];
  const kernel = named(listKernels, true);
  const scenario = named(listScenarios, true);
  const suite = named(listSuites, true);
  const topology = named(listTopologies, true);
  const qemu: NamesOfKind = {names: () => ofQemus, files: true};
  const path: NamesOfKind = {names: () => [], files: true};
  const pathsOf = (names: readonly string[]): Names['options'] =>
    Object.fromEntries(names.map((name) => [name, path]));
  return {
    options: {
      ...{'--kernel': kernel, '--kernels': kernel, '--variant': named(listVariants), '--qemu': qemu},
      ...{'--suite': suite, '--scenario': scenario, '--topology': topology},
      '--config': {names: fragments, files: true},
      ...pathsOf(['--series', '--module', '--database', '--output', '--log']),
    },
    arguments: {
      ...{scenario, kernel, kernels: kernel, base: kernel, patched: kernel, qemu, suite, topology},
      mutant: named(listMutants),
      'topology|scenario|run': {
        names: () => [...new Set([...scenario.names(), ...topology.names()])],
        files: true,
      },
      ...pathsOf(['series', 'folder']),
    },
  };
}

function named(list: (root: string) => readonly Entry[], files = false): NamesOfKind {
  return {names: () => list(labRoot).map(({name}) => name), files};
}

function fragments(): readonly string[] {
  return readdirSync(path.join(labRoot, 'images/config'))
    .filter((file) => file.endsWith('.config'))
    .map((file) => path.basename(file, '.config'));
}
