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
  await copyFile(from, path.join(folder, deviceTreeName));
  // Else ssh waits for entropy: this CPU has none to give.
  const seed = [...randomBytes(64)].map((byte) => byte.toString(16));
  const lines = [
    ...imx8mpEdits(topology.windows).map(wordsOf),
    ['--type', 'bx', deviceTreeName, '/chosen', 'rng-seed', ...seed],
  ];
  // It makes one change a call: through xargs a tenth of a second less of every boot.
  const input = lines.map((words) => `${words.join(' ')}\n`).join('');
  await output('xargs', ['--max-lines=1', 'fdtput'], {cwd: folder, input});
}

function wordsOf(edit: DeviceTreeEdit): readonly string[] {
  const file = deviceTreeName;
  if ('create' in edit) return ['--create', file, edit.node];
  if ('remove' in edit) return ['--delete', file, edit.node, edit.remove];
  if ('text' in edit) return ['--type', 's', file, edit.node, edit.property, edit.text];
  const cells = edit.cells.map((cell) => cell.toString(16));
  return ['--type', 'x', file, edit.node, edit.property, ...cells];
}
