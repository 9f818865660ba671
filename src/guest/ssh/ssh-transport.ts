// SPDX-License-Identifier: MIT
import type {Client} from 'ssh2';
import type {Context} from '../../base/context.ts';
import {HostError} from '../../base/errors.ts';
import {displayPath} from '../../base/paths.ts';
import type {TransportParts} from '../../image/transport-parts.ts';
import type {Transport, TransportDescription} from '../transport.ts';
import {configFile, writeClientConfig} from './client-config.ts';
import {ensureLabKeys, type LabKeys} from './keys.ts';

/** What the guest's image needs: dropbear, which images/guest/ssh.c starts for each connection, and both keys. */
function imageParts(keys: LabKeys): TransportParts {
  const authorized = new TextEncoder().encode(`${keys.clientPublicKey}\n`);
  return {
    programs: [{package: 'dropbear-bin', installed: '/usr/sbin/dropbear', path: 'sbin/dropbear'}],
    files: [
      {kind: 'file', path: 'etc/dropbear/host_key', mode: 0o600, content: keys.hostKey},
      {kind: 'file', path: 'root/.ssh/authorized_keys', mode: 0o600, content: authorized},
    ],
    // Dropbear ignores keys that others could have written.
    modes: {'root/.ssh': 0o700},
    identity: {host: keys.hostPublicKey, client: keys.clientPublicKey},
  };
}

/** Returns the description of ssh over a port that QEMU chooses and forwards, so that guests never race for one. */
export async function describeSsh(context: Context): Promise<TransportDescription> {
  const keys = await ensureLabKeys(context);
  return Object.freeze({
    name: 'ssh',
    image: imageParts(keys),
    network: ['restrict=on', 'hostfwd=tcp:127.0.0.1:0-:22'],
    preload: () => {
      // Who connects imports it again, and is told of a failure.
      import('./connection.ts').catch(() => undefined);
    },
    connect: async (monitor: (line: string) => Promise<string>): Promise<Transport> => {
      const connection = await import('./connection.ts');
      const port = parseForwardedPort(await monitor('info usernet'));
      const hostKey = keys.hostPublicKey.split(' ')[1] ?? '';
      const client = await connection.connect({port, privateKey: keys.clientKey, hostKey});
      return sshTransport(client, connection, {port, keys});
    },
  });
}

function sshTransport(
  client: Client,
  connection: typeof import('./connection.ts'),
  {port, keys}: {readonly port: number; readonly keys: LabKeys},
): Transport {
  return {
    exec: (words) => connection.exec(client, words),
    open: (words) => connection.openCommand(client, words),
    upload: (content, file) => connection.send(client, content, file),
    openShell: (terminal) => connection.openShell(client, terminal),
    forward: (guestPort) => connection.forward(client, guestPort),
    admit: async (folder) => {
      await writeClientConfig(folder, port, keys);
      return {
        command: ['ssh', '-F', configFile(folder), 'guest'],
        detail: `port ${port}, key ${displayPath(keys.clientKeyFile)}`,
      };
    },
    close: () => {
      client.destroy();
    },
  };
}

/** Returns the host's port in what the monitor's `info usernet` prints of our one forwarding. */
export function parseForwardedPort(text: string): number {
  const match = /TCP\[HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)/.exec(text);
  if (match === null) throw new HostError(`QEMU forwards no port: ${text.slice(0, 400)}`);
  return Number(match[1]);
}
