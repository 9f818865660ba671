// SPDX-License-Identifier: MIT
import {createConnection} from 'node:net';
import {Client, type ClientChannel} from 'ssh2';
import {debugOf} from '../base/debug.ts';
import {lastLine} from '../base/escape.ts';
import {HostError, messageOf} from '../base/errors.ts';
import {shellWords} from './shell-words.ts';

const debug = debugOf('ssh');

/** How a command in a guest ended. */
export interface ExecResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether the guest wrote more than was kept. */
  readonly truncated: boolean;
}

/** An answer as P2PLAB_DEBUG shows it. */
export function describeResult({code, stdout, stderr, truncated}: ExecResult): string {
  const streams = [...(stdout === '' ? [] : [stdout]), ...(stderr === '' ? [] : [`stderr: ${stderr}`])];
  return [`exit ${code}${truncated ? ' (truncated)' : ''}`, ...streams].join('; ');
}

export interface SshTarget {
  readonly port: number;
  /** The lab's private key, in OpenSSH's format. */
  readonly privateKey: string;
  /** The guest's public host key: the base64 of its wire format. */
  readonly hostKey: string;
}

const outputLimit = 4 * 1024 * 1024;

/**
 * Connects; the guest must have said that it is ready, or the handshake waits for a repeated SYN.
 * @throws HostError when the connection breaks before it is authenticated
 */
export async function connect({port, privateKey, hostKey}: SshTarget): Promise<Client> {
  const client = new Client();
  return new Promise((resolve, reject) => {
    const lost = (error: Error): void => {
      debug?.(`port ${port}: ${error.message}`);
      reject(new HostError(`ssh to the guest: ${error.message}`, {cause: error}));
      client.destroy();
    };
    // For good: ssh2 reports one broken connection more than once, and an error without a listener ends the process.
    client.on('error', lost);
    client.on('close', () => {
      lost(new Error('the connection was lost'));
    });
    client.once('ready', () => {
      debug?.(`port ${port}: connected`);
      resolve(client);
    });
    client.connect({
      // Without this each step of the handshake waits for a delayed acknowledgement: 40 ms.
      sock: createConnection({host: '127.0.0.1', port, noDelay: true}),
      username: 'root',
      privateKey,
      authHandler: ['publickey'],
      hostVerifier: (key: Buffer) => key.toString('base64') === hostKey,
      // Whoever connects limits the time, by a clock that stands still where the host is too busy.
      readyTimeout: 0,
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
  return withCommand(client, words, (channel, resolve, reject) => {
    const stdout = collect(channel);
    const stderr = collect(channel.stderr);
    channel.once('close', (code: number | null | undefined, signal?: string) => {
      if (typeof code !== 'number') {
        const how =
          signal === undefined ? 'the connection was lost' : `SIG${signal.replace(/^SIG/, '')} ended it`;
        reject(new HostError(`${shellWords(words)}: ${how}`));
        return;
      }
      const result: ExecResult = {
        ...{code, stdout: stdout.text(), stderr: stderr.text()},
        truncated: stdout.truncated() || stderr.truncated(),
      };
      debug?.(`< ${shellWords(words)}: ${describeResult(result)}`);
      resolve(result);
    });
  });
}

/**
 * Writes a file in the guest.
 * @throws HostError when it is not there as a whole
 */
export async function send(client: Client, content: Uint8Array, file: string): Promise<void> {
  const words = ['sh', '-c', 'cat >"$1"', 'sh', file];
  debug?.(`> ${content.length} bytes to ${file}`);
  return withCommand(client, words, (channel, resolve, reject) => {
    const said = collect(channel.stderr);
    channel.once('close', (code: number | null | undefined) => {
      if (code === 0) resolve();
      else reject(new HostError(`${file} could not be sent to the guest: ${lastLine(said.text())}`));
    });
    channel.resume();
    channel.end(content);
  });
}

/** A command in the guest with which the caller talks. */
export async function openCommand(client: Client, words: readonly string[]): Promise<ClientChannel> {
  return withCommand(client, words, (channel, resolve) => {
    resolve(channel);
  });
}

/** An interactive shell on a terminal of the guest. */
export async function openShell(
  client: Client,
  window: {readonly rows: number; readonly cols: number; readonly term: string},
): Promise<ClientChannel> {
  return onChannel(
    (opened) => client.shell({...window, height: 0, width: 0}, opened),
    (channel, resolve) => {
      resolve(channel);
    },
  );
}

type Use<T> = (channel: ClientChannel, resolve: (value: T) => void, reject: (error: Error) => void) => void;

async function withCommand<T>(client: Client, words: readonly string[], use: Use<T>): Promise<T> {
  debug?.(`> ${shellWords(words)}`);
  return onChannel((opened) => client.exec(shellWords(words), opened), use);
}

/**
 * Opens a channel and uses it. It is used at once, and not after a turn of promises: one packet may open a channel
 * and the next, which came with it, close it.
 */
async function onChannel<T>(
  open: (opened: (error: Error | undefined, channel: ClientChannel) => void) => unknown,
  use: Use<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const lost = (error: Error): void => {
      reject(new HostError(`ssh to the guest: ${error.message}`, {cause: error}));
    };
    try {
      open((error, channel) => {
        if (error !== undefined) {
          lost(error);
          return;
        }
        // For good, as a connection's: what breaks is told by the channel's end.
        channel.on('error', lost);
        channel.stderr.on('error', lost);
        use(channel, resolve, reject);
      });
    } catch (error) {
      // It throws when the connection is lost already.
      lost(error instanceof Error ? error : new Error(messageOf(error)));
    }
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
