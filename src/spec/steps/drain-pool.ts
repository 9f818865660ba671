// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {deviceId} from '../names.ts';
import {checkProvider} from './scene.ts';
import {transferSize, verb} from './verb.ts';

export const drainPool = verb({
  movesData: true,
  options: z
    .strictObject({
      provider: deviceId.describe('The provider.'),
      piece: transferSize.describe('Bytes per allocation.'),
    })
    .describe(
      "Allocates all of a provider's memory in pieces, frees it, and allocates it again as a whole: a leak shows.",
    ),
  check({provider, piece}, scene) {
    checkProvider(scene, ['provider'], provider, piece);
  },
});
