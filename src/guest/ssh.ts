// SPDX-License-Identifier: MIT
import {createConnection} from 'node:net';
import {Client, type ClientChannel} from 'ssh2';
import {lastLine} from '../base/escape.ts';
import {HostError} from '../base/errors.ts';
import {shellWords} from './shell-words.ts';

/** How a command in a guest ended. */
export interface ExecResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether the guest wrote more than was kept. */
  readonly truncated: boolean;
}

export interface SshTarget {
  readonly port: number;
  /** The lab's private key, in OpenSSH's format. */
  readonly privateKey: string;
  /** The guest's public host key: the base64 of its wire format. */
  readonly hostKey: string;
}

const outputLimit = 4 * 1024 * 1024;

/** Connects; the guest must have said that it is ready, or the handshake waits for a repeated SYN. */
export async function connect({port, privateKey, hostKey}: SshTarget): Promise<Client> {
  const client = new Client();
  return new Promise((resolve, reject) => {
    client.once('ready', () => {
      client.on('error', () => undefined);
      resolve(client);
    });
    client.once('error', (error) => {
      reject(new HostError(`ssh to the guest: ${error.message}`, {cause: error}));
    });
    client.connect({
      // Without this each step of the handshake waits for a delayed acknowledgement: 40 ms.
      sock: createConnection({host: '127.0.0.1', port, noDelay: true}),
      username: 'root',
      privateKey,
      authHandler: ['publickey'],
      hostVerifier: (key: Buffer) => key.toString('base64') === hostKey,
      readyTimeout: 60_000,
      keepaliveInterval: 0,
      algorithms: {
        kex: ['curve25519-sha256'],
        serverHostKey: ['ssh-ed25519'],
        cipher: ['chacha20-poly1305@openssh.com', 'aes128-ctr'],
      },
    });
  });
}

/**
 * Runs a command in the guest.
 * @throws HostError when the connection is lost before it ended: that is never a success
 */
export async function exec(client: Client, words: readonly string[]): Promise<ExecResult> {
  const channel = await openCommand(client, words);
  const stdout = collect(channel);
  const stderr = collect(channel.stderr);
  return new Promise((resolve, reject) => {
    channel.once('close', (code: number | null | undefined, signal?: string) => {
      if (typeof code !== 'number') {
        const how =
          signal === undefined ? 'the connection was lost' : `SIG${signal.replace(/^SIG/, '')} ended it`;
        reject(new HostError(`${shellWords(words)}: ${how}`));
        return;
      }
      resolve({
        code,
        stdout: stdout.text(),
        stderr: stderr.text(),
        truncated: stdout.truncated() || stderr.truncated(),
      });
    });
  });
}

/**
 * Writes a file in the guest.
 * @throws HostError when it is not there as a whole
 */
export async function send(client: Client, content: Uint8Array, file: string): Promise<void> {
  const channel = await openCommand(client, ['sh', '-c', 'cat >"$1"', 'sh', file]);
  const said = collect(channel.stderr);
  channel.resume();
  channel.end(content);
  return new Promise((resolve, reject) => {
    channel.once('close', (code: number | null | undefined) => {
      if (code === 0) resolve();
      else reject(new HostError(`${file} could not be sent to the guest: ${lastLine(said.text())}`));
    });
  });
}

/** A command in the guest with which the caller talks. */
export async function openCommand(client: Client, words: readonly string[]): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.exec(shellWords(words), (error, channel) => {
      if (error === undefined) resolve(channel);
      else reject(new HostError(`ssh to the guest: ${error.message}`, {cause: error}));
    });
  });
}

/** An interactive shell on a terminal of the guest. */
export async function openShell(
  client: Client,
  window: {readonly rows: number; readonly cols: number; readonly term: string},
): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.shell({...window, height: 0, width: 0}, (error, channel) => {
      if (error === undefined) resolve(channel);
      else reject(new HostError(`ssh to the guest: ${error.message}`, {cause: error}));
    });
  });
}

function collect(stream: NodeJS.ReadableStream): {text: () => string; truncated: () => boolean} {
  const chunks: Buffer[] = [];
  let kept = 0;
  let seen = 0;
  stream.on('data', (chunk: Buffer) => {
    seen += chunk.length;
    if (kept >= outputLimit) return;
    const part = chunk.subarray(0, outputLimit - kept);
    kept += part.length;
    chunks.push(part);
  });
  return {text: () => Buffer.concat(chunks).toString('utf8'), truncated: () => seen > kept};
}
