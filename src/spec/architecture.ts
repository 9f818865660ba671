// SPDX-License-Identifier: MIT

/** The architectures of guests, as QEMU names them: `qemu-system-x86_64`. */
export const architectureNames = ['x86_64', 'aarch64'] as const;

export type ArchitectureName = (typeof architectureNames)[number];

/** The machines of QEMU that topologies can be on. */
export const machineNames = ['q35', 'virt', 'imx8mp-evk'] as const;

export type MachineName = (typeof machineNames)[number];

/** The architecture of each machine. */
export const architectureOf: Readonly<Record<MachineName, ArchitectureName>> = Object.freeze({
  q35: 'x86_64',
  virt: 'aarch64',
  'imx8mp-evk': 'aarch64',
});
