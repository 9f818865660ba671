// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {Context} from '../base/context.ts';
import {HostError} from '../base/errors.ts';
import {output, run} from '../base/process.ts';

/** Which of Debian's packages: by default of the machine's own suites and architecture. */
export interface Archive {
  /** As dpkg names it. */
  readonly architecture?: string;
  /** As its mirrors name it: `trixie-backports`. */
  readonly suite?: string;
  /** Sources of packages in place of what they are built to; with a suite only. */
  readonly sources?: boolean;
}

/** Runs a command of apt, `apt-get` or `apt-cache`, and returns what it prints. */
export type Apt = (command: string, words: readonly string[]) => Promise<string>;

/**
 * Lists of apt in a folder of their own, which the machine's know nothing of: they are asked for at once.
 * Commands run in that folder. Packages are signed as all of Debian's are.
 * @throws HostError with apt's own lines
 */
export async function openArchive(archive: Archive, folder: string, context: Context): Promise<Apt> {
  for (const name of ['state/lists/partial', 'cache/archives/partial'])
    await mkdir(path.join(folder, name), {recursive: true});
  const settings = {
    'APT::Sandbox::User': 'root',
    'Dir::State': path.join(folder, 'state'),
    'Dir::State::status': '/dev/null',
    'Dir::Cache': path.join(folder, 'cache'),
    ...(archive.architecture !== undefined && {
      'APT::Architecture': archive.architecture,
      'APT::Architectures': archive.architecture,
    }),
    ...(archive.suite !== undefined &&
      (await sourceOf(archive.suite, archive.sources === true ? 'deb-src' : 'deb', folder))),
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const apt: Apt = async (command, words) => {
    const finished = await run(command, [...options, ...words], {
      cwd: folder,
      env: {LC_ALL: 'C'},
      signal: context.signal,
    });
    if (finished.exitCode === 0) return finished.stdout;
    const what = [archive.suite, archive.architecture].filter((word) => word !== undefined).join(', ');
    const reason = finished.all.split('\n').filter((line) => /^(E|W):/.test(line));
    throw new HostError(`cannot get Debian's packages (${what}):\n${reason.slice(0, 5).join('\n')}`, {
      hint: 'is the network there?',
    });
  };
  await apt('apt-get', ['-q', 'update']);
  return apt;
}

/** The keys of all suites: Debian's package debian-archive-keyring. */
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Where the machine gets Debian from there are all of its suites. */
async function sourceOf(
  suite: string,
  kind: 'deb' | 'deb-src',
  folder: string,
): Promise<Readonly<Record<string, string>>> {
  const format = '$(COMPONENT) $(REPO_URI)';
  const targets = await output('apt-get', ['indextargets', '--format', format, 'Created-By: Packages']);
  const mirrors = targets.split('\n').flatMap((line) => /^main (\S+\/debian)\/*$/.exec(line)?.[1] ?? []);
  const [mirror] = mirrors;
  if (mirror === undefined) {
    throw new HostError('apt knows no mirror of Debian', {hint: 'see /etc/apt/sources.list.d/'});
  }
  const file = path.join(folder, 'sources.list');
  // Debian 13 trusts no key unless a source names it.
  const signed = existsSync(keyring) ? `[signed-by=${keyring}] ` : '';
  await writeFile(file, `${kind} ${signed}${mirror} ${suite} main\n`);
  return {'Dir::Etc::sourcelist': file, 'Dir::Etc::sourceparts': '/dev/null'};
}
