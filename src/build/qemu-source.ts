// SPDX-License-Identifier: MIT
import {mkdir, readdir} from 'node:fs/promises';
import path from 'node:path';
import type {Context} from '../base/context.ts';
import {HostError} from '../base/errors.ts';
import {makeScratch, removeScratch} from '../base/owned.ts';
import {cacheRoot} from '../base/paths.ts';
import {runGroup} from '../base/process.ts';
import {stored} from '../base/store.ts';
import {openArchive} from './apt.ts';
import type {Source} from './sources/source.ts';
import {asSource, newestUnpacked} from './sources/debian-package.ts';
import {unpackFailed} from './sources/tarball.ts';

/** The suite whose QEMU the series in lab/qemu are for: the same on every Debian. */
const suite = 'bookworm-backports';

/** The newest that is unpacked here, if any; another comes when the cache is deleted. */
export async function unpackedQemu(): Promise<Source | undefined> {
  const version = await newestUnpacked('qemu');
  return version === undefined ? undefined : asSource('qemu', version);
}

/**
 * QEMU's source as Debian publishes it: a release of QEMU, less the firmware, and without Debian's own patches.
 * @throws {HostError} when it cannot be had
 */
export async function qemuSource(context: Context): Promise<Source> {
  const found = await unpackedQemu();
  if (found !== undefined) return found;
  const sources = path.join(cacheRoot, 'sources');
  await mkdir(sources, {recursive: true});
  const work = await makeScratch(path.join(sources, '.qemu-download-'));
  const topic = 'source qemu';
  try {
    context.report({topic, text: `asking for the lists of ${suite}`});
    const apt = await openArchive({suite, sources: true}, work, context);
    context.report({topic, text: 'downloading'});
    await apt('apt-get', ['source', '--tar-only', '--download-only', '--quiet', 'qemu']);
    const tarball = (await readdir(work)).find((file) => /\.orig\.tar\.\w+$/.test(file));
    if (tarball === undefined)
      throw new HostError('cannot download the source of QEMU', {hint: 'is the network there?'});
    const source = asSource('qemu', tarball.replace(/^qemu_|\.orig\.tar\.\w+$/g, ''));
    const file = path.join(work, tarball);
    await stored('sources', source.id, topic, context, async (folder) => {
      context.report({topic, text: 'unpacking'});
      const finished = await runGroup('tar', ['-xf', file, '--strip-components=1', '-C', folder], {
        signal: context.signal,
      });
      if (finished.exitCode !== 0) throw unpackFailed(file, finished.all);
    });
    return source;
  } finally {
    await removeScratch(work);
  }
}
