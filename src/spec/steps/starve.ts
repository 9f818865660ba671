// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {deviceId} from '../names.ts';
import {checkProvider} from './scene.ts';
import {verb} from './verb.ts';

/** What is mapped, more than once: MAP_BYTES in images/guest/starve.c. */
const mapBytes = 5 * 2 ** 20;

/** Maps a provider's memory while the kernel's allocations fail, each of them once. It takes the lane debug. */
export const starve = verb({
  movesData: false,
  options: z.strictObject({provider: deviceId}),
  check({provider}, scene) {
    checkProvider(scene, ['provider'], provider, mapBytes);
  },
});
