// SPDX-License-Identifier: MIT
import type {ClientChannel} from 'ssh2';
import {HostError} from '../../base/errors.ts';
import type {Guest} from '../../guest/guest.ts';
import {connect, openCommand, type SshTarget} from '../../guest/ssh.ts';
import {within} from '../../guest/within.ts';
import {inForeground} from './foreground.ts';

/** The streams of the user's terminal, or of whatever is in its place. */
export interface Terminal {
  readonly stdin: typeof process.stdin;
  readonly stdout: typeof process.stdout;
  readonly stderr: typeof process.stderr;
}

/** Connects the terminal with a shell of the guest until that ends; the terminal is then as it was. */
export async function runInteractive(guest: Guest, {stdin, stdout}: Terminal): Promise<number> {
  const channel = await guest.shell({...size(stdout), term: process.env['TERM'] ?? 'dumb'});
  const resize = (): void => {
    const {rows, cols} = size(stdout);
    channel.setWindow(rows, cols, 0, 0);
  };
  const type = (data: Buffer): void => {
    channel.write(data);
  };
  stdin.setRawMode(true);
  try {
    stdout.on('resize', resize);
    stdin.on('data', type).resume();
    channel.pipe(stdout, {end: false});
    return await guest.guard(exitOf(channel));
  } finally {
    stdout.off('resize', resize);
    channel.unpipe(stdout);
    // From the background it would stop us; Node restores the modes when it ends, and does not stop over that.
    if (inForeground()) stdin.setRawMode(false);
    stdin.off('data', type).pause();
  }
}

function size({rows, columns}: Terminal['stdout']): {readonly rows: number; readonly cols: number} {
  return {rows, cols: columns};
}

/** Runs the commands that come from standard input in a shell of the guest. */
export async function runCommands(target: SshTarget, {stdin, stdout, stderr}: Terminal): Promise<number> {
  const client = await within(60_000, 'the ssh handshake', connect(target));
  try {
    const channel = await openCommand(client, ['sh']);
    stdin.pipe(channel);
    channel.pipe(stdout, {end: false});
    channel.stderr.pipe(stderr, {end: false});
    return await exitOf(channel);
  } finally {
    stdin.unpipe().pause();
    client.destroy();
  }
}

/** The exit code of what ran in a channel; a signal counts as a shell counts it. */
function exitOf(channel: ClientChannel): Promise<number> {
  return new Promise((resolve, reject) => {
    channel.once('close', (code: number | null | undefined, signal?: string) => {
      if (typeof code === 'number') resolve(code);
      else if (typeof signal === 'string') resolve(129);
      else reject(new HostError('the connection to the guest was lost'));
    });
    channel.on('error', (error: Error) => {
      reject(new HostError(`ssh to the guest: ${error.message}`, {cause: error}));
    });
  });
}
