// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {deviceId} from '../names.ts';
import {checkProvider} from './scene.ts';
import {transferSize, verb} from './verb.ts';

/**
 * Maps all of a provider's memory, `piece` bytes at a time, until the kernel has no more, gives it back and
 * maps it once more as a whole: what leaks is missing then.
 */
export const exhaust = verb({
  movesData: true,
  options: z.strictObject({provider: deviceId, piece: transferSize}),
  check({provider, piece}, scene) {
    checkProvider(scene, ['provider'], provider, piece);
  },
});
