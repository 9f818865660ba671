// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {deviceId} from '../spec/names.ts';
import {nodeOf} from '../topology/model.ts';
import {place, tool} from './command.ts';
import {stagedByCpu, pageBytes, through, transferOffset, transferSize} from './fields.ts';
import {providerChecks} from './provider-checks.ts';
import {checkDisk, checkMapped} from './scene.ts';
import {verb} from './verb.ts';

/** NVMe -> provider -> NVMe, with the CPU's own look at the provider's memory in between. */
export const copy = verb({
  movesData: true,
  example: {from: 'src', through: 'cmb', to: 'dst', bytes: '64KiB'},
  options: z
    .strictObject({
      from: deviceId.describe('Source drive.'),
      through: through.describe('Provider whose memory holds the data, or host-memory.'),
      to: deviceId.optional().describe('Destination drive. Default: the data stays in memory.'),
      bytes: transferSize.describe('Number of bytes.'),
      chunk: transferSize.optional().describe('Bytes per read or write. Default: all in one.'),
      'from-offset': transferOffset.describe('Offset on the source drive.'),
      'to-offset': transferOffset.describe('Offset on the destination drive.'),
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
  title: ({from, to, ...options}) =>
    `copy ${[from, options.through, ...(to === undefined ? [] : [to])].join(' → ')}`,
  commands: ({from, to, bytes, chunk, fromOffset, toOffset, readback, ...options}, topology) => [
    tool(
      ...['copy', '--from', place(topology, from), '--through', place(topology, options.through)],
      ...['--bytes', String(bytes)],
      ...(to === undefined ? [] : ['--to', place(topology, to)]),
      ...(chunk === undefined ? [] : ['--chunk', String(chunk)]),
      ...(fromOffset === 0 ? [] : ['--from-offset', String(fromOffset)]),
      ...(toOffset === 0 ? [] : ['--to-offset', String(toOffset)]),
      ...(readback ? [] : ['--no-readback']),
      ...(options.stagedByCpu ? ['--by-cpu'] : []),
    ),
  ],
  heads: ({from, bytes, fromOffset}) => [{drive: from, bytes: bytes + fromOffset}],
  watched: {
    transfers: ({from, to, bytes, ...options}) => [
      {
        ...{initiator: from, direction: 'write'},
        target: options.stagedByCpu ? 'host-memory' : options.through,
        ...{bytes, api: 'sg'},
      },
      ...(to === undefined
        ? []
        : [{initiator: to, direction: 'read', target: options.through, bytes, api: 'sg'} as const]),
    ],
    effect: ({from, to, bytes, fromOffset, toOffset}, disks) => {
      if (to !== undefined) disks.write(to, toOffset, disks.read(from, fromOffset, bytes));
    },
    checks: ({from, bytes, fromOffset, readback, ...options}, observed) => {
      const traced =
        options.through !== 'host-memory' && nodeOf(observed.topology, options.through).type === 'nvme';
      if (!traced || !readback) return Promise.resolve([]);
      const content = observed.disks.read(from, fromOffset, bytes);
      return Promise.resolve(providerChecks(observed, options.through, content));
    },
  },
});
