// SPDX-License-Identifier: MIT
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {LabKeys} from './keys.ts';

/** Returns the configuration's path for `ssh -F`. */
export function configFile(folder: string): string {
  return path.join(folder, 'ssh_config');
}

/** Writes what `ssh -F DIRECTORY/ssh_config guest` needs: the port, the client's key and the guest's. */
export async function writeClientConfig(folder: string, port: number, keys: LabKeys): Promise<void> {
  const config = {
    HostName: '127.0.0.1',
    Port: port,
    User: 'root',
    IdentityFile: quoted(keys.clientKeyFile),
    IdentitiesOnly: 'yes',
    UserKnownHostsFile: quoted(path.join(folder, 'known_hosts')),
    GlobalKnownHostsFile: '/dev/null',
    StrictHostKeyChecking: 'yes',
  };
  const lines = Object.entries(config).map(([key, value]) => `  ${key} ${value}`);
  await Promise.all([
    writeFile(path.join(folder, 'known_hosts'), `[127.0.0.1]:${port} ${keys.hostPublicKey}\n`),
    writeFile(configFile(folder), ['Host guest', ...lines, ''].join('\n')),
  ]);
}

function quoted(file: string): string {
  return `"${file}"`;
}
