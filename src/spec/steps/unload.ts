// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {errorName} from '../names.ts';
import {moduleName} from './load.ts';
import {verb} from './verb.ts';

/** Unloads a kernel module. */
export const unload = verb({
  movesData: false,
  options: z.strictObject({
    module: moduleName,
    /** The error with which the kernel must refuse it. */
    fails: errorName.optional(),
  }),
  check() {
    // A module that is not loaded is for the kernel to tell.
  },
});
