// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {errorName, moduleName} from '../../spec/names.ts';
import {verb} from '../fields.ts';

export const unload = verb({
  movesData: false,
  options: z
    .strictObject({
      module: moduleName.describe('The module.'),
      fails: errorName.optional().describe('The error with which the kernel must refuse to unload it.'),
    })
    .describe('Unloads a kernel module.'),
  check() {
    // A module that is not loaded is for the kernel to tell.
  },
});
