// SPDX-License-Identifier: MIT
import {imx8mp} from './imx8mp-evk.ts';
import type {MachineType, Platform} from './machine.ts';
import {q35} from './q35.ts';
import {virt} from './virt.ts';

const types = [q35, virt, imx8mp] as const;

/** A machine type of QEMU that topologies can be on. */
export type MachineName = (typeof types)[number]['platform']['machine'];

/** The names of all machine types. The order is that of the reference. */
export const machineNames: readonly MachineName[] = types.map(({platform}) => platform.machine);

const byName: ReadonlyMap<string, MachineType<MachineName>> = new Map<string, MachineType<MachineName>>(
  types.map((type) => [type.platform.machine, type]),
);

/**
 * Returns the machine type with this name.
 * @throws {TypeError} if there is none: a caller's mistake
 */
export function machineTypeOf(name: string): MachineType<MachineName> {
  const type = byName.get(name);
  if (type === undefined) throw new TypeError(`there is no machine ${name}`);
  return type;
}

/** Returns the platform of QEMU's machine of this name. */
export function platformOf(name: MachineName): Platform<MachineName> {
  return machineTypeOf(name).platform;
}
