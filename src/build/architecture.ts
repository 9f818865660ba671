// SPDX-License-Identifier: MIT

/** How the kernel's own build names an architecture. */
export interface Architecture {
  /** `ARCH=` of make. */
  readonly arch: string;
  /** The folder below arch/. */
  readonly folder: string;
  /** The make target of the image that QEMU boots. */
  readonly target: string;
  /** The image below the object folder. */
  readonly image: string;
}

/** The architectures that kernels are built for. */
export const architectures = Object.freeze({
  x86_64: {arch: 'x86_64', folder: 'x86', target: 'bzImage', image: 'arch/x86/boot/bzImage'},
} satisfies Record<string, Architecture>);

export type ArchitectureName = keyof typeof architectures;
