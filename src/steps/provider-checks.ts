// SPDX-License-Identifier: MIT
import {cpuAccesses} from '../evidence/arrivals.ts';
import {difference} from '../evidence/disk-image.ts';
import {arrivalOf, type LedgerEntry} from '../evidence/ledger.ts';
import {check, type Check} from '../verdict/check.ts';
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
