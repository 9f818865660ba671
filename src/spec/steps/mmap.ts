// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {deviceId, errorName} from '../names.ts';
import {checkRemoval, removal} from './removal.ts';
import {checkMapped} from './scene.ts';
import {transferSize, verb} from './verb.ts';

export const mmap = verb({
  movesData: true,
  options: z
    .strictObject({
      provider: deviceId.describe('The provider.'),
      bytes: transferSize.describe('Length of the mapping; it may exceed the memory of the provider.'),
      offset: z
        .union([z.literal(0), transferSize])
        .default(0)
        .describe('Offset of the mapping.'),
      private: z.boolean().default(false).describe('Whether the mapping is MAP_PRIVATE.'),
      'read-only': z.boolean().default(false).describe('Whether the mapping is read-only.'),
      'expect-error': errorName
        .optional()
        .describe('The error with which the kernel must refuse the mapping.'),
      during: removal
        .optional()
        .describe('What is removed while the memory is mapped: later accesses must raise SIGBUS.'),
    })
    .transform(({'read-only': readOnly, ...rest}) => ({...rest, readOnly}))
    .describe("Maps a provider's memory into a process that accesses it. No device does DMA."),
  check(options, scene) {
    checkMapped(scene, ['provider'], options.provider, 0);
    checkRemoval(options.during, scene);
  },
});
