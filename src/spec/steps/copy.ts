// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {deviceId} from '../names.ts';
import {checkDisk, checkMapped} from './scene.ts';
import {byCpu, pageBytes, through, transferSize, verb} from './verb.ts';

const offset = z.union([z.literal(0), transferSize]).default(0);

/** One drive writes into a provider's memory, and, if `to` is given, another reads it from there. */
export const copy = verb({
  movesData: true,
  options: z
    .strictObject({
      from: deviceId,
      through,
      to: deviceId.optional(),
      bytes: transferSize,
      /** Bytes of one read or write; all at once if not given. */
      chunk: transferSize.optional(),
      'from-offset': offset,
      'to-offset': offset,
      /** Whether the CPU reads the provider's memory back in between. */
      readback: z.boolean().default(true),
      'by-cpu': byCpu,
    })
    .transform(({'from-offset': fromOffset, 'to-offset': toOffset, 'by-cpu': isByCpu, ...rest}) => ({
      ...rest,
      fromOffset,
      toOffset,
      byCpu: isByCpu,
    })),
  check(options, scene) {
    const {from, to, bytes, chunk, fromOffset, toOffset} = options;
    checkDisk(scene, ['from'], from, bytes, fromOffset);
    checkMapped(scene, ['through'], options.through, bytes);
    if (to !== undefined) checkDisk(scene, ['to'], to, bytes, toOffset);
    if (to === undefined && toOffset > 0) scene.report(['to-offset'], '"to-offset" goes with "to"');
    if (to === undefined && options.byCpu) {
      scene.report(['by-cpu'], 'no device would reach for the provider', 'give a "to", or drop "by-cpu"');
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
