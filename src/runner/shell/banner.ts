// SPDX-License-Identifier: MIT
import path from 'node:path';
import {displayPath} from '../../base/paths.ts';
import {shellWords} from '../../guest/shell-words.ts';
import type {OutsideAccess} from '../../guest/transport.ts';
import type {Machine} from '../../scenario/machine.ts';
import {drawTopology} from '../../topology/draw.ts';
import type {Scene} from './shell-scene.ts';

/** What a person sees before the shell's first prompt. */
export function banner(
  {topology, commands}: Scene,
  folder: string,
  {kernel, acceleration, transport}: Machine,
  access: OutsideAccess,
): string {
  return [
    `${topology.name} with Linux ${kernel.release} (${kernel.name}), ${acceleration.name}`,
    drawTopology(topology),
    `console   ${displayPath(path.join(folder, 'console.log'))}`,
    `${transport.name.padEnd(10)}${shellWords(access.command)}`,
    `          (${access.detail})`,
    'modules   /lib/modules/*.ko, to be loaded by insmod',
    ...(kernel.modules.length === 0 ? [] : [`          (${kernel.modules.join(', ')} of this kernel is)`]),
    ...(commands.length === 0
      ? []
      : ['', 'The scenario runs:', ...commands.map((words) => `  ${shellWords(words)}`)]),
    '',
    'exit, or Ctrl-D, ends the guest; nothing of it is kept.',
  ].join('\n');
}
