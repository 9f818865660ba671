// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {verb} from './verb.ts';

export const run = verb({
  movesData: false,
  example: {command: ['lspci', '-t'], exit: 0},
  options: z
    .strictObject({
      command: z.array(z.string()).min(1).describe('The command and its arguments.'),
      exit: z.int().min(0).max(255).default(0).describe('Expected exit status.'),
    })
    .describe('Runs a command in the guest, without a shell.'),
  check() {
    // A command names no device.
  },
  title: ({command}) => `run ${command.join(' ')}`,
  commands: ({command, exit}) => [{words: command, exit}],
});
