// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {errorName, moduleName} from '../names.ts';
import {verb} from './verb.ts';

export const unload = verb({
  movesData: false,
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
});
