// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {deviceId, errorName} from '../spec/names.ts';
import {multipleOf, size} from '../spec/size.ts';
import {nodeOf, type Topology} from '../topology/model.ts';
import type {ExpectedTransfer} from '../verdict/expectation.ts';
import {callChecks} from './calls.ts';
import {place, tool} from './command.ts';
import {through, transferOffset, transferSize} from './fields.ts';
import {atLeast, disturbanceChecks, disturbed, inFlight} from './held-read.ts';
import {providerChecks} from './provider-checks.ts';
import {checkRemoval, meanwhile, removal, slotEmptiedBy} from './removal.ts';
import {checkDisk, checkMapped} from './scene.ts';
import {type Options, verb} from './verb.ts';

/** What O_DIRECT asks of the parts of a vector and of places on a disk. */
const sector = 512;

/** What memory holds that nothing was read into: the guest's tool fills it with this. */
const untouched = 0xa5;

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

const options = z
  .strictObject({
    from: deviceId.optional().describe('Drive that is read into the vector.'),
    to: deviceId.optional().describe('Drive that the vector is written to.'),
    'from-offset': transferOffset.describe('Offset on the source drive.'),
    'to-offset': transferOffset.describe('Offset on the destination drive.'),
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
  );

type Io = Options<typeof options>;

/** NVMe -> a vector of places -> NVMe, in every shape that a process can give it. */
export const io = verb({
  movesData: true,
  example: {
    from: 'src',
    to: 'dst',
    iovec: [
      {through: 'cmb', bytes: '8KiB'},
      {through: 'host-memory', bytes: '4KiB'},
    ],
  },
  options,
  check(given, scene) {
    const {from, to, iovec, overrun, 'expect-error': expectError} = given;
    const bytes = iovec.reduce((sum, part) => sum + part.bytes, overrun);
    if (from === undefined && to === undefined)
      scene.report([], 'nothing is transferred', 'give "from" or "to"');
    if (from !== undefined) checkDisk(scene, ['from'], from, bytes, given.fromOffset);
    if (to !== undefined) checkDisk(scene, ['to'], to, bytes, given.toOffset);
    if (from !== undefined && from === to) scene.report(['to'], 'a drive is read or written, not both');
    for (const [index, part] of iovec.entries())
      checkMapped(scene, ['iovec', index, 'through'], part.through, part.skip + part.bytes);
    if (expectError !== undefined && Object.keys(expectError).length !== 1)
      scene.report(['expect-error'], 'one call fails');
    if (from === undefined && given.during !== undefined)
      scene.report(['during'], 'it is done while a drive holds a read', 'give "from"');
    checkRemoval(given.during, scene);
  },
  title({from, to, iovec, during: what}) {
    const places = iovec.map((part) => part.through).join(' + ');
    const parts = [...(from === undefined ? [] : [from]), places, ...(to === undefined ? [] : [to])];
    return `i/o ${parts.join(' → ')}${meanwhile(what)}`;
  },
  commands(given, topology) {
    const {from = '', during: what} = given;
    const transfer = words(given, topology);
    if (what === undefined) return [tool(...transfer)];
    return disturbed({words: transfer, drive: from, bytes: moved(given)}, what, topology);
  },
  heads: ({from, fromOffset, iovec, overrun}) => {
    const bytes = iovec.reduce((sum, part) => sum + part.bytes, fromOffset + overrun);
    return from === undefined ? [] : [{drive: from, bytes}];
  },
  held: ({from, during: what}) => (from === undefined || what === undefined ? [] : [from]),
  slotChange: ({during: what}) => slotEmptiedBy(what),
  watched: {
    transfers,
    effect: ({from, to, fromOffset, toOffset, 'expect-error': expectError, ...rest}, disks) => {
      if (to === undefined || expectError !== undefined) return;
      const bytes = moved(rest);
      disks.write(
        to,
        toOffset,
        from === undefined ? Buffer.alloc(bytes, untouched) : disks.read(from, fromOffset, bytes),
      );
    },
    account: (given, results, topology) => {
      const {from, to, 'expect-error': expectError, iovec, during: what} = given;
      const own = what === undefined ? results : results.slice(2, 3);
      const wanted = [
        ...(from === undefined ? [] : [{op: 'read', bytes: moved(given) * reads(given)}]),
        ...(to === undefined ? [] : [{op: 'write', bytes: moved(given)}]),
      ];
      const calls = callChecks(own, wanted, expectError);
      if (what === undefined) return calls;
      const memories = iovec.map((part) => part.through);
      return [...calls, ...disturbanceChecks(memories, what, results, topology)];
    },
    // A controller that was reset is given again what it had in hand.
    ledger: ({during: what}, entries, expected) =>
      what?.kind === 'reset' ? atLeast(entries, expected) : undefined,
    checks: ({from, fromOffset, iovec, readback, during: what}, observed) => {
      const [part] = iovec;
      const held = what === undefined ? [] : [inFlight(from, what, observed)];
      const isTraced =
        readback &&
        from !== undefined &&
        iovec.length === 1 &&
        part !== undefined &&
        part.through !== 'host-memory' &&
        nodeOf(observed.topology, part.through).type === 'nvme';
      if (!isTraced) return Promise.resolve(held);
      const content = observed.disks.read(from, fromOffset, part.bytes);
      return Promise.resolve([...held, ...providerChecks(observed, part.through, content)]);
    },
  },
});

function transfers(given: Io): readonly ExpectedTransfer[] {
  const {from, to, iovec, overrun, 'expect-error': expectError} = given;
  const flows = (initiator: string, direction: 'read' | 'write', times: number): ExpectedTransfer[] =>
    iovec.map((part) => ({
      ...{initiator, direction, target: part.through},
      ...{bytes: part.bytes * times, api: 'sg'},
    }));
  const done = (ended: 'read' | 'write'): boolean =>
    expectError === undefined || (ended === 'read' && expectError.write !== undefined);
  return [
    ...(from !== undefined && done('read') ? flows(from, 'write', reads(given)) : []),
    // A read that ends short goes on through the page cache: block/fops.c, blkdev_read_iter.
    ...(from !== undefined && done('read') && overrun > 0
      ? [{initiator: from, direction: 'write', target: 'host-memory', bytes: overrun, api: 'sg'} as const]
      : []),
    ...(to !== undefined && done('write') ? flows(to, 'read', 1) : []),
  ];
}

function moved({iovec}: Pick<Io, 'iovec'>): number {
  return iovec.reduce((sum, {bytes}) => sum + bytes, 0);
}

/** To be caught by a reset, a read has to follow another: the first is let through. */
function reads({repeat, during: what}: Pick<Io, 'repeat' | 'during'>): number {
  return what?.kind === 'reset' ? Math.max(2, repeat) : repeat;
}

function words(given: Io, topology: Topology): readonly string[] {
  const {from, to, fromOffset, toOffset, iovec, engine, overrun, readOnly, child, readback} = given;
  return [
    'io',
    ...(from === undefined ? [] : ['--from', place(topology, from)]),
    ...(to === undefined ? [] : ['--to', place(topology, to)]),
    ...(fromOffset === 0 ? [] : ['--from-offset', String(fromOffset)]),
    ...(toOffset === 0 ? [] : ['--to-offset', String(toOffset)]),
    ...iovec.flatMap((part) => ['--iovec', `${place(topology, part.through)},${part.bytes},${part.skip}`]),
    ...(engine === 'sync' ? [] : ['--engine', engine]),
    ...(overrun === 0 ? [] : ['--overrun', String(overrun)]),
    ...(reads(given) === 1 ? [] : ['--repeat', String(reads(given))]),
    ...(readOnly ? ['--read-only'] : []),
    ...(child ? ['--child'] : []),
    ...(readback ? ['--readback'] : []),
  ];
}
