// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {api} from '../spec/api.ts';
import {deviceId} from '../spec/names.ts';
import {size} from '../spec/size.ts';
import {nodeOf} from '../topology/model.ts';
import {place, tool} from './command.ts';
import {pageBytes, through, transferOffset} from './fields.ts';
import {providerChecks} from './provider-checks.ts';
import {checkDisk, checkProvider, checkType} from './scene.ts';
import {verb} from './verb.ts';

/** What QEMU's edu holds: hw/misc/edu.c, DMA_SIZE. */
const eduBytes = 4096;

const words = (bytes: number): boolean => bytes % 4 === 0;

/**
 * Source -> edu -> target, by the API that is asked for. Both drives access ordinary memory only: the CPU copies between
 * it and the edu's source and target.
 */
export const dma = verb({
  movesData: true,
  example: {edu: 'edu0', api: 'page', from: 'src', source: 'host-memory', target: 'cmb', to: 'dst'},
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
      'from-offset': transferOffset.describe('Offset on the drive "from".'),
      'to-offset': transferOffset.describe('Offset on the drive "to".'),
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
  title: ({edu, api: by, source, target}) => `dma ${source} → ${edu} → ${target} by ${by}`,
  commands: ({edu, from, source, target, to, bytes, offset, fromOffset, toOffset, ...options}, topology) => [
    tool(
      ...['dma', '--edu', nodeOf(topology, edu).bdf, '--api', options.api],
      ...['--from', nodeOf(topology, from).bdf],
      ...['--source', place(topology, source), '--target', place(topology, target)],
      ...['--bytes', String(bytes), '--offset', String(offset)],
      ...(to === undefined ? [] : ['--to', nodeOf(topology, to).bdf]),
      ...['--from-offset', String(fromOffset), '--to-offset', String(toOffset)],
    ),
  ],
  heads: ({from, bytes, fromOffset}) => [{drive: from, bytes: bytes + fromOffset}],
  watched: {
    refusal: {op: 'dma', reported: 'by-dma-api'},
    transfers: ({edu, api: by, from, source, target, to, bytes}) => [
      {initiator: from, direction: 'write', target: 'host-memory', bytes: pageBytes, api: 'sg'},
      {initiator: edu, direction: 'read', target: source, bytes, api: by},
      {initiator: edu, direction: 'write', target, bytes, api: by},
      ...(to === undefined
        ? []
        : [{initiator: to, direction: 'read', target: 'host-memory', bytes: pageBytes, api: 'sg'} as const]),
    ],
    effect: ({from, to, bytes, fromOffset, toOffset}, disks) => {
      if (to === undefined) return;
      const page = Buffer.alloc(pageBytes);
      disks.read(from, fromOffset, bytes).copy(page);
      disks.write(to, toOffset, page);
    },
    checks: ({from, target, bytes, fromOffset}, observed) => {
      const traced = target !== 'host-memory' && nodeOf(observed.topology, target).type === 'nvme';
      if (!traced) return Promise.resolve([]);
      return Promise.resolve(providerChecks(observed, target, observed.disks.read(from, fromOffset, bytes)));
    },
  },
});
