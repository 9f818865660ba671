// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {errorName, moduleName} from '../names.ts';
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
