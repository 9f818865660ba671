// SPDX-License-Identifier: MIT
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {displayPath} from '../../base/paths.ts';
import {shellWords} from '../../guest/shell-words.ts';
import type {Image} from '../../image/initramfs.ts';
import type {Machine} from '../../scenario/machine.ts';
import {drawTopology} from '../../topology/draw.ts';
import type {Scene} from './scene.ts';

/** Writes what lets `ssh -F FOLDER/ssh_config guest` in: the port, the key, and whom to expect there. */
export async function writeSshConfig(folder: string, port: number, image: Image): Promise<void> {
  const config = {
    HostName: '127.0.0.1',
    Port: port,
    User: 'root',
    IdentityFile: quoted(image.sshKeyFile),
    IdentitiesOnly: 'yes',
    UserKnownHostsFile: quoted(path.join(folder, 'known_hosts')),
    GlobalKnownHostsFile: '/dev/null',
    StrictHostKeyChecking: 'yes',
  };
  const lines = Object.entries(config).map(([key, value]) => `  ${key} ${value}`);
  await Promise.all([
    writeFile(path.join(folder, 'known_hosts'), `[127.0.0.1]:${port} ${image.hostPublicKey}\n`),
    writeFile(path.join(folder, 'ssh_config'), ['Host guest', ...lines, ''].join('\n')),
  ]);
}

function quoted(file: string): string {
  return `"${file}"`;
}

/** What a person sees before the shell's first prompt. */
export function banner({topology, commands}: Scene, folder: string, port: number, machine: Machine): string {
  const {kernel, image, acceleration} = machine;
  const ssh = shellWords(['ssh', '-F', path.join(folder, 'ssh_config'), 'guest']);
  return [
    `${topology.name} with Linux ${kernel.release} (${kernel.name}), ${acceleration.name}`,
    drawTopology(topology),
    `console   ${displayPath(path.join(folder, 'console.log'))}`,
    `ssh       ${ssh}`,
    `          (port ${port}, key ${displayPath(image.sshKeyFile)})`,
    'modules   /lib/modules/*.ko, to be loaded by insmod',
    ...(kernel.modules.length === 0 ? [] : [`          (${kernel.modules.join(', ')} of this kernel is)`]),
    ...(commands.length === 0
      ? []
      : ['', 'The scenario runs:', ...commands.map((words) => `  ${shellWords(words)}`)]),
    '',
    'exit, or Ctrl-D, ends the guest; nothing of it is kept.',
  ].join('\n');
}
