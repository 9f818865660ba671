// SPDX-License-Identifier: MIT
import {chmod, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {Context} from '../base/context.ts';
import {output} from '../base/process.ts';
import {stored} from '../base/store.ts';

/** The keys of every guest of this machine: made once, for an image is to be the same from run to run. */
export interface LabKeys {
  /** The client's private key in OpenSSH's format. */
  readonly clientKey: string;
  /** Where it lies (mode 0600), for `ssh -i`. */
  readonly clientKeyFile: string;
  /** The line for authorized_keys. */
  readonly clientPublicKey: string;
  /** The guest's private key in dropbear's format. */
  readonly hostKey: Uint8Array;
  /** The guest's public key: `ssh-ed25519 AAAA…`. */
  readonly hostPublicKey: string;
}

async function generate(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  // Loaded once in a machine's life: it is large.
  const {default: ssh2} = await import('ssh2');
  const pair = ssh2.utils.generateKeyPairSync('rsa', {bits: 2048, comment: 'p2plab'});
  await writeFile(path.join(folder, 'id_rsa'), pair.private, {mode: 0o600});
  await writeFile(path.join(folder, 'id_rsa.pub'), `${pair.public}\n`, {mode: 0o600});
  const hostKey = path.join(folder, 'host_key');
  const said = await output('dropbearkey', ['-t', 'ed25519', '-f', hostKey]);
  await chmod(hostKey, 0o600);
  const publicKey = /^ssh-ed25519 \S+/m.exec(said)?.[0];
  if (publicKey === undefined) throw new TypeError(`dropbearkey printed no public key:\n${said}`);
  await writeFile(path.join(folder, 'host_key.pub'), `${publicKey}\n`, {mode: 0o600});
}

/** The keys, made at their first use and kept readable for their owner only. */
export async function ensureLabKeys(context: Context): Promise<LabKeys> {
  const folder = await stored('keys', 'guests-rsa', 'keys of the guests', context, generate);
  const text = (name: string): Promise<string> => readFile(path.join(folder, name), 'utf8');
  const [clientKey, clientPublicKey, hostPublicKey, hostKey] = await Promise.all([
    text('id_rsa'),
    text('id_rsa.pub'),
    text('host_key.pub'),
    readFile(path.join(folder, 'host_key')),
  ]);
  return Object.freeze({
    clientKey,
    clientKeyFile: path.join(folder, 'id_rsa'),
    clientPublicKey: clientPublicKey.trim(),
    hostKey,
    hostPublicKey: hostPublicKey.trim(),
  });
}
