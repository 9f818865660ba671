// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {deviceId} from '../names.ts';
import {size} from '../size.ts';
import {api} from './api.ts';
import {checkDisk, checkProvider, checkType} from './scene.ts';
import {pageBytes, through, transferSize, verb} from './verb.ts';

/** What QEMU's edu holds: hw/misc/edu.c, DMA_SIZE. */
export const eduBytes = 4096;

const diskOffset = z.union([z.literal(0), transferSize]).default(0);

const words = (bytes: number): boolean => bytes % 4 === 0;

/**
 * An edu reads from a source into itself and writes to a target. The CPU brings there what a drive holds,
 * and fetches what another is to hold; both drives meet ordinary memory only.
 */
export const dma = verb({
  movesData: true,
  options: z
    .strictObject({
      edu: deviceId,
      api,
      from: deviceId,
      source: through,
      target: through,
      to: deviceId.optional(),
      bytes: size
        .refine((bytes) => bytes <= eduBytes, {error: `more than an edu holds: ${eduBytes} bytes`})
        .refine(words, {error: 'not a multiple of 4 bytes'})
        .default(eduBytes),
      /** Into source and target, so that a transfer can lie across two pages. */
      offset: z
        .union([z.literal(0), size])
        .refine((bytes) => bytes < pageBytes && words(bytes), {error: 'not a multiple of 4 below 4096'})
        .default(0),
      /** Into the drives. */
      'from-offset': diskOffset,
      'to-offset': diskOffset,
    })
    .transform(({'from-offset': fromOffset, 'to-offset': toOffset, ...rest}) => ({
      ...rest,
      fromOffset,
      toOffset,
    })),
  check({edu, from, source, target, to, bytes, offset, fromOffset, toOffset}, scene) {
    checkType(scene, ['edu'], edu, ['edu'], 'edu');
    checkDisk(scene, ['from'], from, pageBytes, fromOffset);
    checkProvider(scene, ['source'], source, offset + bytes);
    checkProvider(scene, ['target'], target, offset + bytes);
    if (to !== undefined) checkDisk(scene, ['to'], to, pageBytes, toOffset);
    if (to === from && Math.abs(fromOffset - toOffset) < pageBytes) {
      scene.report(
        ['to'],
        'it overlaps its source',
        `give a "to-offset" of at least ${fromOffset + pageBytes}`,
      );
    }
  },
});
