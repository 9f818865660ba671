// SPDX-License-Identifier: MIT

/** The architectures of guests, as QEMU names them: `qemu-system-x86_64`. */
export const architectureNames = ['x86_64', 'aarch64'] as const;

export type ArchitectureName = (typeof architectureNames)[number];
