// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {isNic} from '../devices/roles.ts';
import {difference} from '../evidence/disk-image.ts';
import {readPcap, testFrames} from '../evidence/pcap.ts';
import {deviceId} from '../spec/names.ts';
import {size} from '../base/size.ts';
import {nodeOf} from '../topology/model.ts';
import {check} from '../verdict/check.ts';
import {place, tool} from './guest-command.ts';
import {stagedByCpu, through, transferSize} from './fields.ts';
import {frameHeaderBytes, hasUntracedRing, reasonUntraced} from './nic.ts';
import {checkDisk, checkProvider, checkRole} from './scene.ts';
import {verb} from './verb.ts';

/** The most that a frame carries: an MTU of 1500 less the sequence number before the payload. */
const maxPayload = 1496;

/** NVMe -> provider -> frames of a NIC whose driver knows nothing of it. */
export const transmit = verb({
  movesData: true,
  example: {from: 'src', through: 'cmb', nic: 'nic0', bytes: '64KiB'},
  options: z
    .strictObject({
      from: deviceId.describe('Source drive.'),
      through: through.describe('Provider whose memory holds the payload, or host-memory.'),
      nic: deviceId.describe('NIC that sends the frames.'),
      bytes: transferSize.describe('Number of bytes.'),
      payload: size
        .refine((bytes) => bytes <= maxPayload, {error: `more than a frame carries: ${maxPayload} bytes`})
        .default(1024)
        .describe('Payload bytes per frame; must divide "bytes".'),
      'staged-by-cpu': stagedByCpu,
    })
    .refine(({bytes, payload}) => bytes % payload === 0, {
      path: ['payload'],
      error: 'the payloads do not add up to the bytes',
      params: {hint: 'take a divisor, as 512 or 1KiB'},
    })
    .transform(({'staged-by-cpu': isStagedByCpu, ...rest}) => ({...rest, stagedByCpu: isStagedByCpu}))
    .describe("Reads from a drive into a provider's memory, and has a NIC send it from there."),
  check(options, scene) {
    const {from, nic, bytes} = options;
    checkDisk(scene, ['from'], from, bytes);
    checkProvider(scene, ['through'], options.through, bytes);
    checkRole(scene, ['nic'], nic, isNic, 'NIC');
  },
  title: ({from, nic, ...options}) => `transmit ${from} → ${options.through} → ${nic}`,
  commands: ({from, nic, bytes, payload, ...options}, topology) => [
    tool(
      ...['transmit', '--from', place(topology, from), '--through', place(topology, options.through)],
      ...['--nic', nodeOf(topology, nic).bdf, '--bytes', String(bytes), '--payload', String(payload)],
      ...(options.stagedByCpu ? ['--by-cpu'] : []),
    ),
  ],
  heads: ({from, bytes}) => [{drive: from, bytes}],
  reasonToSkip: ({nic}, topology) => reasonUntraced(topology, nic, false),
  watched: {
    refusal: {op: 'transmit', reported: 'never'},
    untracedSenders: ({nic}, topology) => (hasUntracedRing(topology, nic) ? [nic] : []),
    transfers: ({from, nic, bytes, payload, ...options}, topology) => [
      {
        ...{initiator: from, direction: 'write'},
        target: options.stagedByCpu ? 'host-memory' : options.through,
        ...{bytes, api: 'sg'},
      },
      {initiator: nic, direction: 'read', target: options.through, bytes, api: 'page'},
      {
        ...{initiator: nic, direction: 'read', target: 'host-memory', api: 'page'},
        bytes: (bytes / payload) * frameHeaderBytes(topology, nic),
      },
    ],
    checks: async ({from, nic, bytes, payload}, {frames, disks}) => {
      const recorded = testFrames(readPcap(await frames(nic)), payload);
      const sorted = recorded.toSorted((a, b) => a.sequence - b.sequence);
      const inSequence = sorted.every(({sequence}, index) => sequence === index);
      const sent = Buffer.concat(sorted.map((frame) => frame.payload));
      const wrong = difference(sent, disks.read(from, 0, bytes));
      const ok = wrong === undefined && inSequence;
      const seen = {frames: sorted.length, source: from};
      const differing = {...seen, expected: bytes / payload, ...(wrong ?? {bytes: 0, offset: 0})};
      return [
        check(
          'frames',
          ok,
          'host',
          ok
            ? {code: 'frames-match', subject: nic, parameters: seen}
            : {code: 'frames-differ', subject: nic, parameters: differing},
        ),
      ];
    },
  },
});
