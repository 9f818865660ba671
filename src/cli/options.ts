// SPDX-License-Identifier: MIT
import {InvalidArgumentError, Option} from '@commander-js/extra-typings';

/** Reads a whole number from 1 on. */
export function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('It must be a whole number from 1 on.');
  return value;
}

/** Reads a whole number from 0 on. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new InvalidArgumentError('It must be a whole number from 0 on.');
  return value;
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

/** Options that more than one command has; a new one for each command. */
export const shared = {
  kernel: () =>
    new Option(
      '--kernel <name>',
      'a kernel of lab/kernels, the path of such a file, a work tree, or git:REPOSITORY@REVISION',
    ).default('baseline' as const),
  series: () =>
    new Option('--series <path>', 'apply a folder of patches, a patch or a mailbox on top (repeatable)')
      .argParser(collect)
      .default([] as readonly string[], 'none'),
  config: () =>
    new Option(
      '--config <fragment>',
      'a config fragment on top: its path, or a name of images/config (repeatable)',
    )
      .argParser(collect)
      .default([] as readonly string[], 'none'),
  module: () =>
    new Option(
      '--module <folder>',
      'a module: instead of the one of images/modules that has its name, or loaded besides (repeatable)',
    )
      .argParser(collect)
      .default([] as readonly string[], 'none'),
  database: () =>
    new Option(
      '--database <url>',
      "where results are kept: postgres://…, or an SQLite file; else $P2PLAB_DATABASE or the lab's own file",
    ),
  qemu: () =>
    new Option('--qemu <name>', 'a QEMU of lab/qemu, or the path of one; else the machine\'s own, "stock"'),
};
