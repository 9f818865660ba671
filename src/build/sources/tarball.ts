// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import path from 'node:path';
import type {Context} from '../../base/context.ts';
import {BuildError, HostError, type LabError, UsageError} from '../../base/errors.ts';
import {displayPath} from '../../base/paths.ts';
import {runGroup} from '../../base/process.ts';
import {stored, storePath} from '../../base/store.ts';
import {rememberedHash} from '../memory.ts';
import type {Source, SourceProvider} from './source.ts';

/** The error for an archive that could not be unpacked. */
export function unpackFailed(archive: string, said: string): LabError {
  const name = path.basename(archive);
  if (said.includes('No space left on device')) {
    return new HostError(`no space left on the disk for the source of ${name}`, {
      hint: 'an unpacked kernel takes 2 GiB; p2plab kernel gc makes room',
    });
  }
  return new BuildError(`cannot unpack ${name}:\n${said.trim().split('\n').slice(-5).join('\n')}`);
}

/** A kernel's source from an archive with one folder at its top, compressed in a way that tar knows. */
async function tarballSource(file: string, context: Context): Promise<Source> {
  if (!existsSync(file)) throw new UsageError(`there is no archive ${displayPath(file)}`);
  const name = path.basename(file);
  const key = `tarball-${(await rememberedHash(file)).slice(0, 20)}`;
  await stored('sources', key, `source ${name}`, context, async (folder) => {
    context.report({topic: `source ${name}`, text: 'unpacking'});
    const finished = await runGroup('tar', ['-xf', file, '--strip-components=1', '-C', folder], {
      signal: context.signal,
    });
    if (finished.exitCode !== 0) throw unpackFailed(file, finished.all);
    if (!existsSync(path.join(folder, 'Kbuild'))) {
      throw new BuildError(`${displayPath(file)} holds no Linux source: no Kbuild in its top folder`);
    }
  });
  return {id: key, key, title: name, folder: storePath('sources', key)};
}

/** `tarball:` */
export const tarballs: SourceProvider<'tarball'> = {
  ensure: ({path: file}, context) => tarballSource(file, context),
  isHere: () => Promise.resolve(true),
  workFolder: () => undefined,
};
