// SPDX-License-Identifier: MIT
import type {Guest} from '../../guest/guest.ts';
import type {TerminalSize} from '../../guest/transport.ts';
import {inForeground} from './foreground.ts';

/** The streams of the user's terminal, or of whatever is in its place. */
export interface Terminal {
  readonly stdin: typeof process.stdin;
  readonly stdout: typeof process.stdout;
  readonly stderr: typeof process.stderr;
}

/** Connects the terminal with a shell of the guest until that ends; the terminal is then as it was. */
export async function runInteractive(guest: Guest, {stdin, stdout}: Terminal): Promise<number> {
  const {input, output, ended, ...session} = await guest.shell({
    ...size(stdout),
    term: process.env['TERM'] ?? 'dumb',
  });
  const resize = (): void => {
    session.resize(size(stdout));
  };
  const type = (data: Buffer): void => {
    input.write(data);
  };
  stdin.setRawMode(true);
  try {
    stdout.on('resize', resize);
    stdin.on('data', type).resume();
    output.pipe(stdout, {end: false});
    return await guest.guard(ended);
  } finally {
    stdout.off('resize', resize);
    output.unpipe(stdout);
    // From the background it would stop us; Node restores the modes when it ends, and does not stop over that.
    if (inForeground()) stdin.setRawMode(false);
    stdin.off('data', type).pause();
  }
}

function size({rows, columns}: Terminal['stdout']): TerminalSize {
  return {rows, cols: columns};
}

/** Runs the commands that come from standard input in a shell of the guest. */
export async function runCommands(guest: Guest, {stdin, stdout, stderr}: Terminal): Promise<number> {
  const {input, output, errors, ended} = await guest.open(['sh']);
  try {
    stdin.pipe(input);
    output.pipe(stdout, {end: false});
    errors.pipe(stderr, {end: false});
    return await ended;
  } finally {
    stdin.unpipe().pause();
  }
}
