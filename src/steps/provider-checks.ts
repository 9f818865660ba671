// SPDX-License-Identifier: MIT
import {cpuAccesses} from '../evidence/arrivals.ts';
import {difference} from '../evidence/image.ts';
import {arrivalOf, type LedgerEntry} from '../evidence/ledger.ts';
import type {Check} from '../verdict/check.ts';
import type {Observed} from './observed.ts';

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
    const detail = `the CPU read ${covered} of ${content.length} bytes of ${through} in one piece.`;
    return [{name: 'read-back', ok: false, witness: 'host', detail}];
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
    {
      name: 'placement',
      ok: first === undefined,
      witness: 'host',
      detail:
        first === undefined
          ? `the devices were sent to ${hex(start)}, where the CPU's reads find the memory of ${through}.`
          : `${first.initiator} was sent to ${describeAddress(first)}, but that memory of ${through} is at ${hex(start)}, as the CPU's reads show.`,
    },
    {
      name: 'read-back',
      ok: wrong === undefined,
      witness: 'host',
      detail:
        wrong === undefined
          ? `the CPU read the source's bytes in ${through}.`
          : `the CPU read other bytes in ${through} than the source holds: ${wrong.bytes} differ, the first at offset ${wrong.offset}.`,
    },
  ];
}

function describeAddress({address, translated = address}: LedgerEntry): string {
  return translated === address ? hex(address) : `${hex(address)}, behind the IOMMU ${hex(translated)}`;
}

function hex(address: number): string {
  return `0x${address.toString(16)}`;
}
