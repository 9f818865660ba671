// SPDX-License-Identifier: MIT
import type {Socket} from 'node:net';
import {execa} from 'execa';
import {HostError} from '../base/errors.ts';
import {mortalCommand} from '../base/mortal.ts';
import {missingCommand} from '../base/process.ts';

/** QEMU's end of each channel: sockets that it inherits, so that there is no file and no port to race for. */
export const channelBackends = {qmp: 'socket,fd=3', port: 'socket,fd=4'} as const;

/** How QEMU ended. */
export interface QemuExit {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  /** The last of what it wrote to standard error. */
  readonly stderr: string;
}

/** QEMU's process, and the lab's ends of its channels. */
export interface QemuProcess {
  readonly pid: number;
  readonly qmp: Socket;
  readonly port: Socket;
  readonly exited: Promise<QemuExit>;
  readonly kill: () => void;
}

const stderrLimit = 64 * 1024;

/**
 * Starts QEMU. It has no standard input (a terminal there can stop it) and is killed by the kernel when the
 * lab dies.
 */
export function startQemu(binary: string, args: readonly string[]): QemuProcess {
  const [helper, ...words] = mortalCommand(binary, args);
  const child = execa(helper, words, {
    reject: false,
    buffer: false,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
  });
  if (child.pid === undefined) throw missingCommand('setpriv');
  let stderr = '';
  (child.stdio[2] as unknown as Socket).on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-stderrLimit);
  });
  const exited = child.then((result): QemuExit => {
    const {exitCode, signal} = result;
    return {exitCode, signal, stderr: stderr.trim()};
  });
  const channel = (fd: number): Socket => {
    const socket = child.stdio[fd] as unknown as Socket | null | undefined;
    if (socket === null || socket === undefined) throw new HostError(`QEMU's channel ${fd} did not open`);
    // A channel that breaks is QEMU's end, and that is told by its exit.
    socket.on('error', () => undefined);
    return socket;
  };
  return {
    pid: child.pid,
    qmp: channel(3),
    port: channel(4),
    exited,
    kill: () => {
      child.kill('SIGKILL');
    },
  };
}
