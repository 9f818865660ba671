// SPDX-License-Identifier: MIT
import {writeSync} from 'node:fs';
import {bounded, oneLine} from './escape.ts';

/** The subsystems whose traffic can be shown. */
export const subsystems = ['qmp', 'ssh', 'trace', 'build'] as const;

export type Subsystem = (typeof subsystems)[number];

/** Shows a line of a subsystem's traffic. */
export type Debug = (text: string) => void;

/** More characters of one message nobody reads on a terminal: answers of QEMU have megabytes. */
const longest = 4000;

/**
 * Returns what shows a subsystem's traffic, or undefined when P2PLAB_DEBUG does not name it. To be called as
 * `debug?.(…)`: then a message that nobody sees is not even made.
 * @param list subsystems, separated by commas, or `*` for all; other words mean nothing here
 * @param write receives each line, with its end
 */
export function debugOf(
  subsystem: Subsystem,
  list: string = process.env['P2PLAB_DEBUG'] ?? '',
  write: (line: string) => void = toStandardError,
): Debug | undefined {
  const words = list.split(',').map((word) => word.trim());
  if (!words.includes(subsystem) && !words.includes('*')) return undefined;
  return (text) => {
    // What a guest sends must not move the cursor.
    write(`${new Date().toISOString()} ${subsystem}: ${oneLine(bounded(text, longest))}\n`);
  };
}

/** Returns whether P2PLAB_DEBUG names any subsystem. */
export function showsTraffic(): boolean {
  return subsystems.some((subsystem) => debugOf(subsystem) !== undefined);
}

/** At once, so that lines stand in the order of what they tell, also when the process dies. */
function toStandardError(line: string): void {
  try {
    writeSync(2, line);
  } catch {
    // A pipe that is full or closed must not end the run.
  }
}
