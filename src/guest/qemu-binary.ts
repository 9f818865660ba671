// SPDX-License-Identifier: MIT
import {accessSync, constants, statSync} from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import type {Context} from '../base/context.ts';
import {HostError, UsageError} from '../base/errors.ts';
import {contentKey} from '../base/hash.ts';
import {missingCommand, output} from '../base/process.ts';
import {readRecord, writeRecord} from '../base/store.ts';

/** A QEMU that this machine has. */
export interface QemuBinary {
  readonly path: string;
  readonly version: {readonly major: number; readonly minor: number; readonly text: string};
  /** The names of the devices that it was built with. */
  readonly devices: readonly string[];
}

const recordSchema = z.object({version: z.string(), devices: z.array(z.string())});

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The file that a command's name stands for, by PATH. */
export function findCommand(command: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  return folders.map((folder) => path.join(folder, command)).find(isExecutable);
}

/**
 * The QEMU to use: the one given by path, else the machine's own. Its version and devices are asked for once, as long as
 * the file stays the same.
 * @throws UsageError when the given path is no program; HostError when the machine has none
 */
export async function findQemu(
  architecture: string,
  given: string | undefined,
  context: Context,
): Promise<QemuBinary> {
  const command = `qemu-system-${architecture}`;
  if (given !== undefined && !isExecutable(given)) {
    throw new UsageError(`${given} is not a QEMU that can be run`, {
      hint: 'give the path of its program, or a name out of p2plab qemu list',
    });
  }
  const file = given === undefined ? findCommand(command) : forArchitecture(path.resolve(given), command);
  if (file === undefined) throw missingCommand(command);
  const {mtimeMs, size} = statSync(file);
  const key = contentKey({file, mtimeMs, size});
  const known = readRecord('probes', `qemu-${key}`, recordSchema);
  if (known !== undefined) return {...known, path: file, version: parseVersion(known.version)};
  const options = {signal: context.signal};
  const version = parseVersion(await output(file, ['--version'], options));
  const help = await output(file, ['-device', 'help'], options);
  const devices = [...help.matchAll(/^name "([^"]+)"/gm)].map(([, name = '']) => name);
  await writeRecord('probes', `qemu-${key}`, {version: version.text, devices});
  return {path: file, version, devices};
}

/** A QEMU is built for each architecture beside the others: the one that is given stands for all. */
function forArchitecture(file: string, command: string): string {
  const name = path.basename(file);
  if (!name.startsWith('qemu-system-') || name === command) return file;
  const other = path.join(path.dirname(file), command);
  if (isExecutable(other)) return other;
  throw new UsageError(`${file} is a QEMU for other guests, and there is no ${command} beside it`);
}

/** The version in what `qemu-system-x86_64 --version` prints, or in a version's own text. */
export function parseVersion(printed: string): QemuBinary['version'] {
  const match = /(?:version )?(\d+)\.(\d+)\.(\d+)/.exec(printed);
  if (match === null) throw new HostError(`cannot read QEMU's version from: ${printed.slice(0, 200)}`);
  return {major: Number(match[1]), minor: Number(match[2]), text: match.slice(1, 4).join('.')};
}
