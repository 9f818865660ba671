// SPDX-License-Identifier: MIT
import {mkdtemp, readdir, rm} from 'node:fs/promises';
import path from 'node:path';
import type {Context} from '../base/context.ts';
import {contentKey} from '../base/hash.ts';
import {output} from '../base/process.ts';
import {stored} from '../base/store.ts';
import {openArchive} from '../build/apt.ts';
import {type Architecture, isNative} from '../build/toolchain.ts';
import {installed, cached} from '../build/file-hash-cache.ts';
import {librariesIn, librariesOf} from './libraries.ts';
import type {UserlandProgram} from './transport-parts.ts';

/** The programs of a guest that are not the lab's. Paths are absolute. */
export interface Userland {
  readonly busybox: string;
  /** One that runs on this host and has the same applets. */
  readonly hostBusybox: string;
  /** The transport's programs: where each goes in the image, and where it lies here. */
  readonly programs: readonly {readonly path: string; readonly from: string}[];
  /** Their libraries, loaders among them: where they are looked for, and where each lies here. */
  readonly libraries: readonly {readonly path: string; readonly from: string}[];
}

const busyboxPackage = 'busybox-static';

/**
 * The userland of guests: what is installed here, or for guests of another architecture the same packages of
 * Debian for that, downloaded and unpacked.
 * @throws HostError when something is not installed, or cannot be downloaded
 */
export async function ensureUserland(
  architecture: Architecture,
  wanted: readonly UserlandProgram[],
  context: Context,
): Promise<Userland> {
  const hostBusybox = await installed(['/usr/bin/busybox', '/bin/busybox'], busyboxPackage);
  if (isNative(architecture)) {
    const programs = await programsAt(wanted, (file, name) => installed([file], name));
    const files = (await Promise.all(programs.map(({from}) => librariesOf(from)))).flat();
    const libraries = [...new Set(files)].map((file) => ({path: file, from: file}));
    return {busybox: hostBusybox, hostBusybox, programs, libraries};
  }
  const root = await unpacked(architecture, [busyboxPackage, ...wanted.map((one) => one.package)], context);
  const inRoot = (names: readonly string[], name: string): Promise<string> =>
    installed(
      names.map((file) => path.join(root, file)),
      `${name}:${architecture.debian}`,
    );
  const [busybox, programs] = await Promise.all([
    inRoot(['usr/bin/busybox', 'bin/busybox'], busyboxPackage),
    programsAt(wanted, (file, name) => inRoot([file], name)),
  ]);
  const found = (await Promise.all(programs.map(({from}) => librariesIn(root, from)))).flat();
  const libraries = [...new Map(found.map((library) => [library.path, library])).values()];
  return {busybox, hostBusybox, programs, libraries};
}

async function programsAt(
  wanted: readonly UserlandProgram[],
  find: (file: string, name: string) => Promise<string>,
): Promise<Userland['programs']> {
  return Promise.all(
    wanted.map(async (one) => ({path: one.path, from: await find(one.installed, one.package)})),
  );
}

/** A directory with what the packages hold. It stays what it is until the lab's cache is deleted. */
async function unpacked(
  architecture: Architecture,
  packages: readonly string[],
  context: Context,
): Promise<string> {
  const release = await cached('/etc/os-release', 'codename', async (file) => {
    return (await output('sh', ['-c', '. "$1"; echo "${VERSION_CODENAME-}"', 'sh', file])).trim();
  });
  const key = contentKey({recipe: 1, packages, debian: architecture.debian, release});
  return stored('userlands', key, `userland ${architecture.debian}`, context, async (folder) => {
    const work = await mkdtemp(`${folder}-download-`);
    try {
      await fetchInto(folder, work, {architecture, packages}, context);
    } finally {
      await rm(work, {recursive: true, force: true});
    }
  });
}

async function fetchInto(
  folder: string,
  work: string,
  {
    architecture: {debian},
    packages,
  }: {readonly architecture: Architecture; readonly packages: readonly string[]},
  context: Context,
): Promise<void> {
  const topic = `userland ${debian}`;
  context.report({topic, text: "asking for Debian's lists"});
  const apt = await openArchive({architecture: debian}, work, context);
  const needs = ['--recurse', '--no-recommends', '--no-suggests', '--no-enhances'];
  const conflicts = ['--no-conflicts', '--no-breaks', '--no-replaces'];
  const said = await apt('apt-cache', ['depends', ...needs, ...conflicts, ...packages]);
  const names = [...new Set(said.split('\n').filter((line) => /^[a-z0-9][a-z0-9+.-]*$/.test(line)))];
  context.report({topic, text: `downloading ${names.length} packages`});
  await apt('apt-get', ['-q', 'download', ...names]);
  for (const file of (await readdir(work)).filter((name) => name.endsWith('.deb')))
    await output('dpkg-deb', ['--extract', path.join(work, file), folder]);
}
