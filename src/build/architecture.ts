// SPDX-License-Identifier: MIT
import type {ArchitectureName} from '../spec/architecture.ts';

/** How the kernel's own build, the compiler and Debian name an architecture. */
export interface Architecture {
  /** `ARCH=` of make. */
  readonly arch: string;
  /** The folder below arch/. */
  readonly folder: string;
  /** The make target of the image that QEMU boots. */
  readonly target: string;
  /** The image below the object folder. */
  readonly image: string;
  /** Device trees that QEMU's machines are booted with: make targets, and files below arch/…/boot/dts. */
  readonly deviceTrees: readonly string[];
  /** What the names of its compilers begin with where they are not the host's own. */
  readonly compilerPrefix: string;
  /** As dpkg names it. */
  readonly debian: string;
  /** The process.arch of a host whose own it is. */
  readonly host: string;
}

/** The architectures that kernels are built for. */
export const architectures: Readonly<Record<ArchitectureName, Architecture>> = Object.freeze({
  x86_64: {
    arch: 'x86_64',
    folder: 'x86',
    target: 'bzImage',
    image: 'arch/x86/boot/bzImage',
    deviceTrees: [],
    compilerPrefix: 'x86_64-linux-gnu-',
    debian: 'amd64',
    host: 'x64',
  },
  aarch64: {
    arch: 'arm64',
    folder: 'arm64',
    target: 'Image',
    image: 'arch/arm64/boot/Image',
    deviceTrees: ['freescale/imx8mp-evk.dtb'],
    compilerPrefix: 'aarch64-linux-gnu-',
    debian: 'arm64',
    host: 'arm64',
  },
});

/** Whether programs of this architecture run on this host. */
export function isNative({host}: Architecture): boolean {
  return process.arch === host;
}

/** What the name of a compiler for it begins with on this host. */
export function crossPrefix(architecture: Architecture): string {
  return isNative(architecture) ? '' : architecture.compilerPrefix;
}

/** The variables by which the kernel's make is told what it compiles for. */
export function makeVariables(architecture: Architecture): readonly string[] {
  return [`ARCH=${architecture.arch}`, `CROSS_COMPILE=${crossPrefix(architecture)}`];
}
