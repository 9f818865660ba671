// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {deviceId, errorName} from '../names.ts';
import {multipleOf, size} from '../size.ts';
import {checkRemoval, removal} from './removal.ts';
import {checkDisk, checkMapped} from './scene.ts';
import {through, transferSize, verb} from './verb.ts';

/** What O_DIRECT asks of the parts of a vector and of places on a disk. */
const sector = 512;

const offset = z.union([z.literal(0), transferSize]).default(0);

const segment = z.strictObject({
  through,
  bytes: multipleOf(sector),
  /** Bytes of the mapping in front of what is used: beside the start of a page. */
  skip: size.default(0),
});

/** The calls that can fail. */
const call = z.enum(['map', 'register', 'read', 'write']);

/**
 * One O_DIRECT transfer of a vector whose parts may lie in different places: `from` a drive into them, then
 * out of them `to` a drive; or one of both.
 */
export const io = verb({
  movesData: true,
  options: z
    .strictObject({
      from: deviceId.optional(),
      to: deviceId.optional(),
      'from-offset': offset,
      'to-offset': offset,
      iovec: z.array(segment).min(1).max(16),
      /** preadv and pwritev, or io_uring, or io_uring with registered buffers. */
      engine: z.enum(['sync', 'io_uring', 'io_uring-registered']).default('sync'),
      /** Bytes that are asked for beyond the end of the last mapping. */
      overrun: z.union([z.literal(0), transferSize]).default(0),
      /** How often the same is read. */
      repeat: z.int().min(1).max(1000).default(1),
      /** Leaves the memory mapped for reading only, once it is filled. */
      'read-only': z.boolean().default(false),
      /** Has a forked child do it, once its parent has unmapped the memory. */
      child: z.boolean().default(false),
      /** Whether the CPU reads the memory back in between. */
      readback: z.boolean().default(false),
      /** The one call that must fail, and its error: `{read: EFAULT}`. */
      fails: z.partialRecord(call, errorName).optional(),
      /** What is done while the drive holds the first read. */
      while: removal.optional(),
    })
    .transform(({'from-offset': fromOffset, 'to-offset': toOffset, 'read-only': readOnly, ...rest}) => ({
      ...rest,
      fromOffset,
      toOffset,
      readOnly,
    })),
  check(options, scene) {
    const {from, to, iovec, overrun, fails} = options;
    const bytes = iovec.reduce((sum, part) => sum + part.bytes, overrun);
    if (from === undefined && to === undefined)
      scene.report([], 'nothing is transferred', 'give "from" or "to"');
    if (from !== undefined) checkDisk(scene, ['from'], from, bytes, options.fromOffset);
    if (to !== undefined) checkDisk(scene, ['to'], to, bytes, options.toOffset);
    if (from !== undefined && from === to) scene.report(['to'], 'a drive is read or written, not both');
    for (const [index, part] of iovec.entries())
      checkMapped(scene, ['iovec', index, 'through'], part.through, part.skip + part.bytes);
    if (fails !== undefined && Object.keys(fails).length !== 1) scene.report(['fails'], 'one call fails');
    if (from === undefined && options.while !== undefined)
      scene.report(['while'], 'it is done while a drive holds a read', 'give "from"');
    checkRemoval(options.while, scene);
  },
});
