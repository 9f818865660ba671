// SPDX-License-Identifier: MIT
import {Command, CommanderError} from '@commander-js/extra-typings';
import {fail} from './fail.ts';
import {addRun} from './run.ts';

/** Parses the command line and does what it says. Returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const finish = (code: number): void => {
    exitCode = code;
  };
  const program = new Command('p2plab')
    .description('A bench for PCI peer-to-peer DMA in Linux')
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp({sortSubcommands: false});
  addRun(program, finish);
  // A command takes its parent's behaviour on errors only when it is made by it.
  for (const command of program.commands) command.exitOverride();
  try {
    await program.parseAsync([...args], {from: 'user'});
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return fail(error);
  }
}
