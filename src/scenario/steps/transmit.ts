// SPDX-License-Identifier: MIT
import {readPcap, testFrames} from '../../evidence/pcap.ts';
import {difference} from '../../evidence/image.ts';
import type {OptionsOf} from '../../spec/steps/registry.ts';
import {nodeOf} from '../../topology/model.ts';
import {check} from '../../verdict/check.ts';
import type {DataVerb} from '../stage.ts';
import {place} from './copy.ts';

type Transmit = OptionsOf<'transmit'>;

/** Ethernet header and sequence number: the linear part of a frame, which lies in host memory. */
const headerBytes = 18;

/** NVMe -> provider -> frames of a NIC whose driver knows nothing of it. */
export const transmit: DataVerb<Transmit> = {
  command: ({from, through, nic, bytes, payload, stagedByCpu}, topology) => [
    ...['p2p', 'transmit', '--from', place(topology, from), '--through', place(topology, through)],
    ...['--nic', nodeOf(topology, nic).bdf, '--bytes', String(bytes), '--payload', String(payload)],
    ...(stagedByCpu ? ['--by-cpu'] : []),
  ],
  transfers: ({from, through, nic, bytes, payload, stagedByCpu}) => [
    {initiator: from, direction: 'write', target: stagedByCpu ? 'host-memory' : through, bytes, api: 'sg'},
    {initiator: nic, direction: 'read', target: through, bytes, api: 'page'},
    {
      ...{initiator: nic, direction: 'read', target: 'host-memory', api: 'page'},
      bytes: (bytes / payload) * headerBytes,
    },
  ],
  effect: () => undefined,
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
};
