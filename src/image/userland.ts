// SPDX-License-Identifier: MIT
import {mkdtemp, readdir, rm} from 'node:fs/promises';
import path from 'node:path';
import type {Context} from '../base/context.ts';
import {contentKey} from '../base/hash.ts';
import {output} from '../base/process.ts';
import {stored} from '../base/store.ts';
import {openArchive} from '../build/apt.ts';
import {type Architecture, isNative} from '../build/architecture.ts';
import {installed, remembered} from '../build/memory.ts';
import {librariesIn, librariesOf} from './libraries.ts';

/** The programs of a guest that are not the lab's. Paths are absolute. */
export interface Userland {
  readonly busybox: string;
  /** One that runs on this host and has the same applets. */
  readonly hostBusybox: string;
  readonly dropbear: string;
  /** The libraries of dropbear, its loader among them: where it looks for each, and where that lies here. */
  readonly libraries: readonly {readonly path: string; readonly from: string}[];
}

const packages = ['busybox-static', 'dropbear-bin'];

/**
 * The userland of guests: what is installed here, or for guests of another architecture the same packages of
 * Debian for that, downloaded and unpacked.
 * @throws HostError when something is not installed, or cannot be downloaded
 */
export async function ensureUserland(architecture: Architecture, context: Context): Promise<Userland> {
  const hostBusybox = await installed(['/usr/bin/busybox', '/bin/busybox'], 'busybox-static');
  if (isNative(architecture)) {
    const dropbear = await installed(['/usr/sbin/dropbear'], 'dropbear-bin');
    const libraries = (await librariesOf(dropbear)).map((file) => ({path: file, from: file}));
    return {busybox: hostBusybox, hostBusybox, dropbear, libraries};
  }
  const root = await unpacked(architecture, context);
  const inRoot = (names: readonly string[], name: string): Promise<string> =>
    installed(
      names.map((file) => path.join(root, file)),
      `${name}:${architecture.debian}`,
    );
  const [busybox, dropbear] = await Promise.all([
    inRoot(['usr/bin/busybox', 'bin/busybox'], 'busybox-static'),
    inRoot(['usr/sbin/dropbear'], 'dropbear-bin'),
  ]);
  return {busybox, hostBusybox, dropbear, libraries: await librariesIn(root, dropbear)};
}

/** A folder with what the packages hold. It stays what it is until the lab's cache is deleted. */
async function unpacked(architecture: Architecture, context: Context): Promise<string> {
  const release = await remembered('/etc/os-release', 'codename', async (file) => {
    return (await output('sh', ['-c', '. "$1"; echo "${VERSION_CODENAME-}"', 'sh', file])).trim();
  });
  const key = contentKey({recipe: 1, packages, debian: architecture.debian, release});
  return stored('userlands', key, `userland ${architecture.debian}`, context, async (folder) => {
    const work = await mkdtemp(`${folder}-download-`);
    try {
      await fetchInto(folder, work, architecture, context);
    } finally {
      await rm(work, {recursive: true, force: true});
    }
  });
}

async function fetchInto(
  folder: string,
  work: string,
  {debian}: Architecture,
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
