// SPDX-License-Identifier: MIT
import {mkdtemp, readdir, rm} from 'node:fs/promises';
import path from 'node:path';
import {type Context, checkpoint} from '../base/context.ts';
import {HostError, isErrno} from '../base/errors.ts';
import {cacheRoot} from '../base/paths.ts';
import {output, run, runGroup} from '../base/process.ts';
import {stored} from '../base/store.ts';
import {compareDebianVersions} from './debian-version.ts';
import type {Source} from './source.ts';
import {unpackFailed} from './source-tarball.ts';

const sources = path.join(cacheRoot, 'sources');

/** The newest version of a package that is unpacked here: `NAME_VERSION`. */
async function newestUnpacked(name: string): Promise<string | undefined> {
  let folders: string[];
  try {
    folders = await readdir(sources);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
  const versions = folders
    .filter((folder) => folder.startsWith(`${name}_`) && !/\.(lock|partial)/.test(folder))
    .map((folder) => folder.slice(name.length + 1));
  return versions.sort(compareDebianVersions).at(-1);
}

function asSource(name: string, version: string): Source {
  const id = `${name}_${version}`;
  return {id, key: id, title: `${name} ${version}`, folder: path.join(sources, id)};
}

async function candidateVersion(name: string): Promise<string> {
  const policy = await output('apt-cache', ['policy', name], {env: {LC_ALL: 'C'}});
  const version = /^ {2}Candidate: (\S+)$/m.exec(policy)?.[1];
  if (version !== undefined && version !== '(none)') return version;
  throw new HostError(`apt knows no package ${name}`, {
    hint: 'run ./setup: it adds where Debian keeps it, and asks for the lists (apt-get update)',
  });
}

async function download(name: string, version: string, folder: string, context: Context): Promise<string> {
  const topic = `source ${name}`;
  context.report({topic, text: `downloading ${version}`});
  const finished = await run('apt-get', ['download', '--quiet', `${name}=${version}`], {
    cwd: folder,
    env: {LC_ALL: 'C'},
    signal: context.signal,
  });
  const deb = (await readdir(folder)).find((file) => file.endsWith('.deb'));
  if (finished.exitCode === 0 && deb !== undefined) return path.join(folder, deb);
  const reason = finished.all.split('\n').filter((line) => line.startsWith('E:'));
  throw new HostError(`cannot download ${name} ${version}:\n${reason.slice(0, 5).join('\n')}`, {
    hint: 'is the network there, and are the lists of apt fresh (apt-get update)?',
  });
}

/** Both pipes at once: the archive never lies on the disk. */
const unpackScript = `
dpkg-deb --fsys-tarfile "$1" |
tar -xO --wildcards './usr/src/linux-source-*.tar.*' |
xz -T0 -dc |
tar -x --strip-components=1 -C "$2"
`;

/**
 * The source that Debian publishes as a package, as `linux-source-6.12`. What is unpacked already is used
 * without asking apt: a start must not wait for the network, and the same lab builds the same kernel until
 * its cache is deleted. A new version comes with `p2plab kernel update`.
 */
export async function packageSource(name: string, context: Context): Promise<Source> {
  const unpacked = await newestUnpacked(name);
  return unpacked === undefined ? updatePackageSource(name, context) : asSource(name, unpacked);
}

/** As packageSource, but the newest version that apt knows. */
export async function updatePackageSource(name: string, context: Context): Promise<Source> {
  checkpoint(context);
  const version = await candidateVersion(name);
  const source = asSource(name, version);
  await stored('sources', source.id, `source ${name}`, context, async (folder) => {
    const temporary = await mkdtemp(`${folder}-download-`);
    try {
      const deb = await download(name, version, temporary, context);
      context.report({topic: `source ${name}`, text: `unpacking ${version}`});
      const finished = await runGroup('bash', ['-o', 'pipefail', '-c', unpackScript, 'unpack', deb, folder], {
        signal: context.signal,
      });
      if (finished.exitCode !== 0) throw unpackFailed(deb, finished.all);
    } finally {
      await rm(temporary, {recursive: true, force: true});
    }
  });
  return source;
}
