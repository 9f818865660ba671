// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {errorName, moduleName} from '../spec/names.ts';
import {callChecks, exitChecks} from './calls.ts';
import {removalCommand} from './removal.ts';
import {verb} from './verb.ts';

export const unload = verb({
  movesData: false,
  example: {module: 'p2pdma_switch'},
  options: z
    .strictObject({
      module: moduleName.describe('The module.'),
      'expect-error': errorName
        .optional()
        .describe('The error with which the kernel must refuse to unload it.'),
    })
    .describe('Unloads a kernel module.'),
  check() {
    // A module that is not loaded is for the kernel to tell.
  },
  title: ({module}) => `unload ${module}`,
  commands: ({module, 'expect-error': expectError}, topology) => [
    removalCommand({kind: 'unload', module}, topology, expectError === undefined ? 0 : 1),
  ],
  checks: ({'expect-error': expectError}, {commands, guest}) =>
    Promise.resolve(
      expectError === undefined ? exitChecks(commands, guest) : callChecks(guest, [], {unload: expectError}),
    ),
  passed({module, 'expect-error': expectError}, {prototypes}) {
    if (expectError === undefined) prototypes.unloaded(module);
    return Promise.resolve([]);
  },
});
