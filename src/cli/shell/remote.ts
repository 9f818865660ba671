// SPDX-License-Identifier: MIT
import type {Guest} from '../../guest/guest.ts';
import type {TerminalSize} from '../../guest/transport.ts';
import {inForeground} from './foreground.ts';

/** Connects this terminal with a shell of the guest until that ends; the terminal is then as it was. */
export async function runInteractive(guest: Guest): Promise<number> {
  const {stdin, stdout} = process;
  const {input, output, ended, ...session} = await guest.shell({
    ...size(),
    term: process.env['TERM'] ?? 'dumb',
  });
  const resize = (): void => {
    session.resize(size());
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

function size(): TerminalSize {
  return {rows: process.stdout.rows, cols: process.stdout.columns};
}

/** Runs the commands that come from standard input in a shell of the guest. */
export async function runCommands(guest: Guest): Promise<number> {
  const {input, output, errors, ended} = await guest.open(['sh']);
  try {
    process.stdin.pipe(input);
    output.pipe(process.stdout, {end: false});
    errors.pipe(process.stderr, {end: false});
    return await ended;
  } finally {
    process.stdin.unpipe().pause();
  }
}
