// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {deviceId, errorName} from '../names.ts';
import {checkRemoval, removal} from './removal.ts';
import {checkMapped} from './scene.ts';
import {transferSize, verb} from './verb.ts';

/** Maps a provider's memory into a process, which touches it; no device moves anything. */
export const mmap = verb({
  movesData: true,
  options: z
    .strictObject({
      provider: deviceId,
      /** May be more than the provider has. */
      bytes: transferSize,
      offset: z.union([z.literal(0), transferSize]).default(0),
      /** MAP_PRIVATE. */
      private: z.boolean().default(false),
      'read-only': z.boolean().default(false),
      /** The error with which the kernel must refuse it: `EINVAL`. */
      fails: errorName.optional(),
      /** What is done while the memory is mapped: it must be gone then (SIGBUS). */
      while: removal.optional(),
    })
    .transform(({'read-only': readOnly, ...rest}) => ({...rest, readOnly})),
  check(options, scene) {
    checkMapped(scene, ['provider'], options.provider, 0);
    checkRemoval(options.while, scene);
  },
});
