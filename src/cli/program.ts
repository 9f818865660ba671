// SPDX-License-Identifier: MIT
import {Command, CommanderError} from '@commander-js/extra-typings';
import {addDemo} from './demo.ts';
import {addDoctor} from './doctor.ts';
import {fail} from './fail.ts';
import {endWithReader} from './interrupt.ts';
import {addKernel} from './kernel.ts';
import {addRun} from './run.ts';
import {addShell} from './shell.ts';
import {addTopology} from './topology.ts';

/** Parses the command line and does what it says. Returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  endWithReader();
  let exitCode = 0;
  const finish = (code: number): void => {
    exitCode = code;
  };
  // Commands inherit this: it must stand before they are made.
  const program = new Command('p2plab')
    .description('A bench for PCI peer-to-peer DMA in Linux')
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp({sortSubcommands: false});
  addDemo(program, finish);
  addRun(program, finish);
  addShell(program, finish);
  addKernel(program);
  addTopology(program);
  addDoctor(program, finish);
  try {
    await program.parseAsync([...args], {from: 'user'});
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return fail(error);
  }
}
