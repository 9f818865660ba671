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
  through: through.describe('Provider whose memory it is, or host-memory.'),
  bytes: multipleOf(sector).describe('Number of bytes.'),
  skip: z
    .union([z.literal(0), size])
    .default(0)
    .describe('Offset of the segment in its mapping.'),
});

/** The calls that can fail. */
const call = z.enum(['map', 'register', 'read', 'write']);

export const io = verb({
  movesData: true,
  options: z
    .strictObject({
      from: deviceId.optional().describe('Drive that is read into the vector.'),
      to: deviceId.optional().describe('Drive that the vector is written to.'),
      'from-offset': offset.describe('Offset on the source drive.'),
      'to-offset': offset.describe('Offset on the destination drive.'),
      iovec: z.array(segment).min(1).max(16).describe('Segments of the vector.'),
      engine: z
        .enum(['sync', 'io_uring', 'io_uring-registered'])
        .default('sync')
        .describe('preadv and pwritev (sync), io_uring, or io_uring with registered buffers.'),
      overrun: z
        .union([z.literal(0), transferSize])
        .default(0)
        .describe('Bytes requested beyond the end of the last mapping.'),
      repeat: z.int().min(1).max(1000).default(1).describe('How often the read is repeated.'),
      'read-only': z
        .boolean()
        .default(false)
        .describe('Whether the memory is mapped read-only once it is filled.'),
      child: z
        .boolean()
        .default(false)
        .describe('Whether a forked child does the I/O after its parent has unmapped the memory.'),
      readback: z
        .boolean()
        .default(false)
        .describe('Whether the CPU reads the memory back between read and write.'),
      'expect-error': z
        .partialRecord(call, errorName)
        .optional()
        .describe('The one call that must fail, and its error: {read: EFAULT}.'),
      during: removal.optional().describe('What is removed while the drive has the first read in flight.'),
    })
    .transform(({'from-offset': fromOffset, 'to-offset': toOffset, 'read-only': readOnly, ...rest}) => ({
      ...rest,
      fromOffset,
      toOffset,
      readOnly,
    }))
    .describe(
      'Reads from a drive into a vector of segments in different memories, writes the vector to a drive, or both (O_DIRECT).',
    ),
  check(options, scene) {
    const {from, to, iovec, overrun, 'expect-error': expectError} = options;
    const bytes = iovec.reduce((sum, part) => sum + part.bytes, overrun);
    if (from === undefined && to === undefined)
      scene.report([], 'nothing is transferred', 'give "from" or "to"');
    if (from !== undefined) checkDisk(scene, ['from'], from, bytes, options.fromOffset);
    if (to !== undefined) checkDisk(scene, ['to'], to, bytes, options.toOffset);
    if (from !== undefined && from === to) scene.report(['to'], 'a drive is read or written, not both');
    for (const [index, part] of iovec.entries())
      checkMapped(scene, ['iovec', index, 'through'], part.through, part.skip + part.bytes);
    if (expectError !== undefined && Object.keys(expectError).length !== 1)
      scene.report(['expect-error'], 'one call fails');
    if (from === undefined && options.during !== undefined)
      scene.report(['during'], 'it is done while a drive holds a read', 'give "from"');
    checkRemoval(options.during, scene);
  },
});
