// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {deviceId} from '../names.ts';
import {size} from '../size.ts';
import {api} from './api.ts';
import {checkDisk, checkProvider, checkType} from './scene.ts';
import {pageBytes, through, transferSize, verb} from './verb.ts';

/** What QEMU's edu holds: hw/misc/edu.c, DMA_SIZE. */
const eduBytes = 4096;

const diskOffset = z.union([z.literal(0), transferSize]).default(0);

const words = (bytes: number): boolean => bytes % 4 === 0;

/** Both drives access ordinary memory only: the CPU copies between it and the edu's source and target. */
export const dma = verb({
  movesData: true,
  options: z
    .strictObject({
      edu: deviceId.describe('The initiator.'),
      api,
      from: deviceId.describe("Drive whose data the CPU copies into the edu's source."),
      source: through.describe('Memory that the edu reads: a provider, or host-memory.'),
      target: through.describe('Memory that the edu writes: a provider, or host-memory.'),
      to: deviceId.optional().describe("Drive that the CPU copies the edu's target to."),
      bytes: size
        .refine((bytes) => bytes <= eduBytes, {error: `more than an edu holds: ${eduBytes} bytes`})
        .refine(words, {error: 'not a multiple of 4 bytes'})
        .default(eduBytes)
        .describe('Number of bytes, a multiple of 4; the edu holds 4096.'),
      offset: z
        .union([z.literal(0), size])
        .refine((bytes) => bytes < pageBytes && words(bytes), {error: 'not a multiple of 4 below 4096'})
        .default(0)
        .describe('Offset in source and target, a multiple of 4 below 4096: the transfer can cross a page.'),
      'from-offset': diskOffset.describe('Offset on the drive "from".'),
      'to-offset': diskOffset.describe('Offset on the drive "to".'),
    })
    .transform(({'from-offset': fromOffset, 'to-offset': toOffset, ...rest}) => ({
      ...rest,
      fromOffset,
      toOffset,
    }))
    .describe('Has an edu read from a source and write to a target, both mapped by one call of the DMA API.'),
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
