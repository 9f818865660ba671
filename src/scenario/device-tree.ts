// SPDX-License-Identifier: MIT
import {copyFile} from 'node:fs/promises';
import path from 'node:path';
import {randomBytes} from 'node:crypto';
import {HostError} from '../base/errors.ts';
import {output} from '../base/process.ts';
import type {Kernel} from '../build/kernel.ts';
import {type DeviceTreeEdit, imx8mpEdits} from '../topology/device-tree.ts';
import type {Topology} from '../topology/model.ts';

/** The name of a run's compiled device tree in its folder. */
export const deviceTreeName = 'machine.dtb';

/** Whether a topology's machine is booted with a device tree that the lab gives it. */
export function needsDeviceTree({windows}: Topology): boolean {
  return windows !== undefined;
}

/**
 * Writes the device tree of a topology's machine into a folder, if it takes one: the kernel's own, changed.
 * @throws HostError when fdtput is not installed, or finds a tree that is not the expected one
 */
export async function writeDeviceTree(topology: Topology, kernel: Kernel, folder: string): Promise<void> {
  if (topology.windows === undefined) return;
  const name = `${topology.spec.machine}.dtb`;
  const from = kernel.deviceTrees.find((file) => path.basename(file) === name);
  if (from === undefined) throw new HostError(`the kernel ${kernel.name} has no device tree ${name}`);
  const file = path.join(folder, deviceTreeName);
  await copyFile(from, file);
  for (const edit of imx8mpEdits(topology.windows)) await output('fdtput', wordsOf(file, edit));
  // Else ssh waits for entropy: this CPU has none to give.
  const seed = [...randomBytes(64)].map((byte) => byte.toString(16));
  await output('fdtput', ['--type', 'bx', file, '/chosen', 'rng-seed', ...seed]);
}

function wordsOf(file: string, edit: DeviceTreeEdit): readonly string[] {
  if ('create' in edit) return ['--create', file, edit.node];
  if ('remove' in edit) return ['--delete', file, edit.node, edit.remove];
  if ('text' in edit) return ['--type', 's', file, edit.node, edit.property, edit.text];
  const cells = edit.cells.map((cell) => cell.toString(16));
  return ['--type', 'x', file, edit.node, edit.property, ...cells];
}
