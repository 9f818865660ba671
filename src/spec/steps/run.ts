// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {verb} from './verb.ts';

/** Runs a command in the guest, without a shell. */
export const run = verb({
  movesData: false,
  options: z.strictObject({
    command: z.array(z.string()).min(1),
    /** The exit status that it must end with. */
    exit: z.int().min(0).max(255).default(0),
  }),
  check() {
    // A command names no device.
  },
});
