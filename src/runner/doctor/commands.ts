// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {findCommand} from '../../guest/qemu-binary.ts';
import type {Finding} from './finding.ts';

interface Need {
  /** What it is for, as a reader of the finding needs it: "without it …". */
  readonly cost: string;
  /** The package of Debian, and what of it is looked for: commands, or files any of which will do. */
  readonly packages: Readonly<Record<string, readonly string[]>>;
  readonly optional?: true;
}

const needs: Readonly<Record<string, Need>> = {
  'kernel tools': {
    cost: 'no kernel can be compiled',
    packages: {
      gcc: ['gcc'],
      make: ['make'],
      flex: ['flex'],
      bison: ['bison'],
      bc: ['bc'],
      'libelf-dev': ['/usr/include/libelf.h'],
      git: ['git'],
      binutils: ['ld'],
    },
  },
  'source tools': {
    cost: "Debian's kernel source cannot be fetched",
    packages: {apt: ['apt-get', 'apt-cache'], dpkg: ['dpkg-deb'], 'xz-utils': ['xz'], tar: ['tar']},
  },
  'guest image': {
    cost: 'no guest image can be made',
    packages: {
      'busybox-static': ['/usr/bin/busybox', '/bin/busybox'],
      'dropbear-bin': ['/usr/sbin/dropbear'],
      'libc6-dev': ['/usr/lib/x86_64-linux-gnu/libc.a', '/usr/lib64/libc.a', '/usr/lib/libc.a'],
    },
  },
  'host tools': {
    cost: 'no process can be guarded: nothing runs',
    packages: {'util-linux': ['setpriv', 'flock']},
  },
  'arm64 guests': {
    cost: 'scenarios on imx8mp-evk and virt cannot run',
    packages: {
      'qemu-system-arm': ['qemu-system-aarch64'],
      'gcc-aarch64-linux-gnu': ['aarch64-linux-gnu-gcc'],
      'libc6-dev-arm64-cross': ['/usr/aarch64-linux-gnu/lib/libc.a'],
      'device-tree-compiler': ['fdtput'],
    },
    optional: true,
  },
  ccache: {cost: 'each new series compiles for longer', packages: {ccache: ['ccache']}, optional: true},
  ssh: {
    cost: "a second terminal cannot follow p2plab shell's guest",
    packages: {'openssh-client': ['ssh']},
    optional: true,
  },
};

/** The programs and files that are called by name, in groups by what they are for. */
export function commandFindings(): Promise<readonly Finding[]> {
  return Promise.resolve(Object.entries(needs).map(([name, need]) => finding(name, need)));
}

function finding(name: string, {cost, packages, optional}: Need): Finding {
  const missing = Object.entries(packages).filter(([, wanted]) => !isThere(wanted));
  if (missing.length === 0) {
    return {name, state: 'ok', detail: Object.keys(packages).join(', ')};
  }
  const names = missing.map(([debianPackage]) => debianPackage).join(' ');
  const mend = optional === true ? `apt-get install ${names}` : `./setup, or: apt-get install ${names}`;
  return {name, state: optional === true ? 'note' : 'missing', detail: `missing: ${names}`, cost, mend};
}

/** Files are alternatives, commands are all needed. */
function isThere(wanted: readonly string[]): boolean {
  return wanted.every((name) => name.startsWith('/'))
    ? wanted.some((file) => existsSync(file))
    : wanted.every((command) => findCommand(command) !== undefined);
}
