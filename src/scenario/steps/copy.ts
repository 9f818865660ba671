// SPDX-License-Identifier: MIT
import {cpuAccesses} from '../../evidence/arrivals.ts';
import {arrivalOf, type LedgerEntry} from '../../evidence/ledger.ts';
import {difference} from '../../evidence/image.ts';
import type {OptionsOf} from '../../spec/steps/registry.ts';
import {nodeOf, type Topology} from '../../topology/model.ts';
import {check, type Check} from '../../verdict/check.ts';
import type {DataVerb, Observed} from '../stage.ts';

type Copy = OptionsOf<'copy'>;

/** The words by which the guest tool finds a device, or host memory. */
export function place(topology: Topology, id: string): string {
  return id === 'host-memory' ? id : nodeOf(topology, id).bdf;
}

/** NVMe -> provider -> NVMe, with the CPU's own look at the provider's memory in between. */
export const copy: DataVerb<Copy> = {
  command: ({from, through, to, bytes, chunk, fromOffset, toOffset, readback, stagedByCpu}, topology) => [
    ...['p2p', 'copy', '--from', place(topology, from), '--through', place(topology, through)],
    ...['--bytes', String(bytes)],
    ...(to === undefined ? [] : ['--to', place(topology, to)]),
    ...(chunk === undefined ? [] : ['--chunk', String(chunk)]),
    ...(fromOffset === 0 ? [] : ['--from-offset', String(fromOffset)]),
    ...(toOffset === 0 ? [] : ['--to-offset', String(toOffset)]),
    ...(readback ? [] : ['--no-readback']),
    ...(stagedByCpu ? ['--by-cpu'] : []),
  ],
  transfers: ({from, through, to, bytes, stagedByCpu}) => [
    {initiator: from, direction: 'write', target: stagedByCpu ? 'host-memory' : through, bytes, api: 'sg'},
    ...(to === undefined
      ? []
      : [{initiator: to, direction: 'read', target: through, bytes, api: 'sg'} as const]),
  ],
  effect: ({from, to, bytes, fromOffset, toOffset}, disks) => {
    if (to !== undefined) disks.write(to, toOffset, disks.read(from, fromOffset, bytes));
  },
  checks: ({from, through, bytes, fromOffset, readback}, observed) => {
    const traced = through !== 'host-memory' && nodeOf(observed.topology, through).type === 'nvme';
    if (!traced || !readback) return Promise.resolve([]);
    return Promise.resolve(providerChecks(observed, through, observed.disks.read(from, fromOffset, bytes)));
  },
};

/**
 * Where the CPU finds the provider's memory, and what it finds there, both as QEMU saw the CPU's reads. A
 * copy that misses by the same distance in both directions compares equal on the disks; it fails here.
 */
export function providerChecks(
  {events, ledger, expected}: Pick<Observed, 'events' | 'ledger' | 'expected'>,
  through: string,
  content: Buffer,
): readonly Check[] {
  const reads = cpuAccesses(events, 'read').toSorted((a, b) => a.address - b.address);
  const start = reads[0]?.address ?? 0;
  const seen = Buffer.alloc(content.length);
  let covered = 0;
  for (const {address, size, value} of reads) {
    const at = address - start;
    if (at !== covered || at >= seen.length) break;
    // Values are printed as numbers: the lowest byte lies first.
    const digits = Buffer.from(value.slice(2).padStart(2 * size, '0'), 'hex');
    digits.reverse().copy(seen, at);
    covered = Math.min(covered + size, seen.length);
  }
  if (covered !== content.length) {
    const parameters = {bytes: covered, expected: content.length};
    return [check('read-back', false, 'host', {code: 'read-back-partial', subject: through, parameters})];
  }
  // By where each had to be sent, not by where it was: that is what may be wrong.
  const sent = expected.transfers.filter(({target}) => target === through);
  const misplaced = ledger.entries.filter(
    ({initiator, direction, bytes, ...entry}) =>
      sent.some((transfer) => transfer.initiator === initiator && transfer.direction === direction) &&
      (arrivalOf(entry) < start || arrivalOf(entry) + bytes > start + content.length),
  );
  const first = misplaced[0];
  const wrong = difference(seen, content);
  return [
    check(
      'placement',
      first === undefined,
      'host',
      first === undefined
        ? {code: 'placement-correct', subject: through, parameters: {address: start}}
        : {code: 'placement-wrong', subject: through, parameters: {...givenTo(first), expected: start}},
    ),
    check(
      'read-back',
      wrong === undefined,
      'host',
      wrong === undefined
        ? {code: 'read-back-matches', subject: through, parameters: {}}
        : {code: 'read-back-differs', subject: through, parameters: wrong},
    ),
  ];
}

/** Which device was given which address, and what the IOMMU made of it, if anything. */
function givenTo({initiator, address, translated}: LedgerEntry): {
  readonly initiator: string;
  readonly address: number;
  readonly translated?: number;
} {
  return {
    ...{initiator, address},
    ...(translated !== undefined && translated !== address && {translated}),
  };
}
