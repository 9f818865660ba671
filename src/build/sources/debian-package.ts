// SPDX-License-Identifier: MIT
import {mkdir, readdir} from 'node:fs/promises';
import path from 'node:path';
import {type Context, checkpoint} from '../../base/context.ts';
import {HostError, isErrno} from '../../base/errors.ts';
import {makeScratch, removeScratch} from '../../base/owned.ts';
import {cacheRoot} from '../../base/paths.ts';
import {output, runGroup} from '../../base/process.ts';
import {stored} from '../../base/store.ts';
import {type Apt, openArchive} from '../apt.ts';
import {compareDebianVersions} from '../debian-version.ts';
import type {Source, SourceProvider} from './source.ts';
import {unpackFailed} from './tarball.ts';

const sources = path.join(cacheRoot, 'sources');

/** The newest version of a package that is unpacked here: `NAME_VERSION`. */
export async function newestUnpacked(name: string): Promise<string | undefined> {
  let folders: string[];
  try {
    folders = await readdir(sources);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
  const versions = folders
    .filter((folder) => folder.startsWith(`${name}_`) && !/\.(lock|partial|manifest)/.test(folder))
    .map((folder) => folder.slice(name.length + 1));
  return versions.sort(compareDebianVersions).at(-1);
}

/** A version of a package as it is, or is to be, in the cache. */
export function asSource(name: string, version: string): Source {
  const id = `${name}_${version}`;
  return {id, key: id, title: `${name} ${version}`, folder: path.join(sources, id)};
}

/** A package, and the suite of Debian that it is in; none for those that the machine's apt knows. */
interface PackageName {
  readonly name: string;
  readonly suite?: string | undefined;
}

/** The machine's own lists, which setup sees to; another suite's are asked for. */
async function aptFor({suite}: PackageName, folder: string, context: Context): Promise<Apt> {
  if (suite !== undefined) return openArchive({suite}, folder, context);
  return (command, words) =>
    output(command, words, {cwd: folder, env: {LC_ALL: 'C'}, signal: context.signal});
}

async function candidateVersion({name, suite}: PackageName, apt: Apt): Promise<string> {
  const policy = await apt('apt-cache', ['policy', name]);
  const version = /^ {2}Candidate: (\S+)$/m.exec(policy)?.[1];
  if (version !== undefined && version !== '(none)') return version;
  const hint = 'run ./setup: it adds where Debian keeps it, and asks for the lists (apt-get update)';
  throw suite === undefined
    ? new HostError(`apt knows no package ${name}`, {hint})
    : new HostError(`${suite} of Debian has no package ${name}`, {
        hint: `see https://packages.debian.org/${suite}/linux-source`,
      });
}

async function download(
  name: string,
  version: string,
  folder: string,
  apt: Apt,
  context: Context,
): Promise<string> {
  const topic = `source ${name}`;
  context.report({topic, text: `downloading ${version}`});
  await apt('apt-get', ['download', '--quiet', `${name}=${version}`]);
  const deb = (await readdir(folder)).find((file) => file.endsWith('.deb'));
  if (deb !== undefined) return path.join(folder, deb);
  throw new HostError(`cannot download ${name} ${version}`, {hint: 'is the network there?'});
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
 * its cache is deleted.
 */
export async function packageSource(wanted: PackageName, context: Context): Promise<Source> {
  const unpacked = await newestUnpacked(wanted.name);
  return unpacked === undefined ? newestPackageSource(wanted, context) : asSource(wanted.name, unpacked);
}

/** The newest version that apt knows. */
async function newestPackageSource(wanted: PackageName, context: Context): Promise<Source> {
  checkpoint(context);
  const {name} = wanted;
  const topic = `source ${name}`;
  await mkdir(sources, {recursive: true});
  const work = await makeScratch(path.join(sources, `.${name}-download-`));
  try {
    if (wanted.suite !== undefined) context.report({topic, text: `asking for the lists of ${wanted.suite}`});
    const apt = await aptFor(wanted, work, context);
    const version = await candidateVersion(wanted, apt);
    const source = asSource(name, version);
    await stored('sources', source.id, topic, context, async (folder) => {
      const deb = await download(name, version, work, apt, context);
      context.report({topic, text: `unpacking ${version}`});
      const finished = await runGroup('bash', ['-o', 'pipefail', '-c', unpackScript, 'unpack', deb, folder], {
        signal: context.signal,
      });
      if (finished.exitCode !== 0) throw unpackFailed(deb, finished.all);
    });
    return source;
  } finally {
    await removeScratch(work);
  }
}

/** `package:` */
export const debianPackages: SourceProvider<'package'> = {
  ensure: packageSource,
  isHere: async ({name}) => (await newestUnpacked(name)) !== undefined,
  workFolder: () => undefined,
};
