// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {deviceId} from '../names.ts';
import {checkDisk, checkMapped} from './scene.ts';
import {stagedByCpu, pageBytes, through, transferSize, verb} from './verb.ts';

const offset = z.union([z.literal(0), transferSize]).default(0);

export const copy = verb({
  movesData: true,
  options: z
    .strictObject({
      from: deviceId.describe('Source drive.'),
      through: through.describe('Provider whose memory holds the data, or host-memory.'),
      to: deviceId.optional().describe('Destination drive. Default: the data stays in memory.'),
      bytes: transferSize.describe('Number of bytes.'),
      chunk: transferSize.optional().describe('Bytes per read or write. Default: all in one.'),
      'from-offset': offset.describe('Offset on the source drive.'),
      'to-offset': offset.describe('Offset on the destination drive.'),
      readback: z
        .boolean()
        .default(true)
        .describe("Whether the CPU reads the provider's memory back before the second transfer."),
      'staged-by-cpu': stagedByCpu,
    })
    .transform(
      ({'from-offset': fromOffset, 'to-offset': toOffset, 'staged-by-cpu': isStagedByCpu, ...rest}) => ({
        ...rest,
        fromOffset,
        toOffset,
        stagedByCpu: isStagedByCpu,
      }),
    )
    .describe(
      "Reads from a drive into a provider's memory, and writes from there to another drive (O_DIRECT).",
    ),
  check(options, scene) {
    const {from, to, bytes, chunk, fromOffset, toOffset} = options;
    checkDisk(scene, ['from'], from, bytes, fromOffset);
    checkMapped(scene, ['through'], options.through, bytes);
    if (to !== undefined) checkDisk(scene, ['to'], to, bytes, toOffset);
    if (to === undefined && toOffset > 0) scene.report(['to-offset'], '"to-offset" goes with "to"');
    if (to === undefined && options.stagedByCpu) {
      scene.report(
        ['staged-by-cpu'],
        'no device would reach for the provider',
        'give a "to", or drop "staged-by-cpu"',
      );
    }
    if (to === from && Math.abs(fromOffset - toOffset) < bytes) {
      scene.report(
        ['to'],
        'the copy overlaps its source',
        `give a "to-offset" of at least ${fromOffset + bytes}`,
      );
    }
    if (chunk !== undefined && chunk > bytes) {
      scene.report(
        ['chunk'],
        'a chunk is not longer than all bytes',
        `at most ${bytes - (bytes % pageBytes)}`,
      );
    }
  },
});
