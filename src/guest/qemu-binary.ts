// SPDX-License-Identifier: MIT
import {accessSync, constants, statSync} from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import type {Context} from '../base/context.ts';
import {HostError, UsageError} from '../base/errors.ts';
import {contentKey} from '../base/hash.ts';
import {missingCommand, output} from '../base/process.ts';
import type {QemuChoice} from '../build/qemu.ts';
import {readRecord, writeRecord} from '../base/store.ts';

/** A QEMU that this machine has. */
export interface QemuBinary {
  /** `stock` for the machine's own, the name of one of lab/qemu, or the path that was given. */
  readonly name: string;
  readonly path: string;
  readonly version: {readonly major: number; readonly minor: number; readonly text: string};
  /** The names of the devices that it was built with. */
  readonly devices: readonly string[];
  /** Whether bridges route requests among what is below them, and ports of switches have ACS. */
  readonly routes: boolean;
}

/** Which QEMU ran, in two words. */
export function describeQemu({name, version}: Pick<QemuBinary, 'name' | 'version'>): string {
  return `${name} ${version.text}`;
}

const recordSchema = z.object({version: z.string(), devices: z.array(z.string()), routes: z.boolean()});

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
  {name, path: given}: QemuChoice,
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
  if (known !== undefined) return {...known, name, path: file, version: parseVersion(known.version)};
  const options = {signal: context.signal};
  const version = parseVersion(await output(file, ['--version'], options));
  const help = await output(file, ['-device', 'help'], options);
  const devices = [...help.matchAll(/^name "([^"]+)"/gm)].map(([, name = '']) => name);
  // A property of what lab/qemu/routed makes of bridges: where it is, it is on.
  const routes =
    devices.includes('x3130-upstream') &&
    (await output(file, ['-device', 'x3130-upstream,help'], options)).includes('route-peers=');
  await writeRecord('probes', `qemu-${key}`, {version: version.text, devices, routes});
  return {name, path: file, version, devices, routes};
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
