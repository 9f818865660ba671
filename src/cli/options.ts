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
      'name in lab/kernels, kernel file, work tree, or git:REPOSITORY@REVISION',
    ).default('baseline' as const),
  series: () =>
    new Option('--series <path>', 'apply a patch, a directory of patches or a mailbox (repeatable)')
      .argParser(collect)
      .default([] as readonly string[], 'none'),
  config: () =>
    new Option('--config <fragment>', 'add a config fragment: path, or name in images/config (repeatable)')
      .argParser(collect)
      .default([] as readonly string[], 'none'),
  module: () =>
    new Option(
      '--module <directory>',
      'load a module; it replaces one of images/modules with its name (repeatable)',
    )
      .argParser(collect)
      .default([] as readonly string[], 'none'),
  database: () =>
    new Option(
      '--database <url>',
      'results database: postgres://… or an SQLite file (default: $P2PLAB_DATABASE)',
    ),
  qemu: () =>
    new Option(
      '--qemu <name>',
      'name in lab/qemu, or path of a binary (default: "stock", the one of this host)',
    ),
};
