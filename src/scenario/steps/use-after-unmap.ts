// SPDX-License-Identifier: MIT
import type {LedgerEntry} from '../../evidence/ledger.ts';
import type {OptionsOf} from '../../spec/steps/registry.ts';
import {pageBytes} from '../../spec/steps/verb.ts';
import {nodeOf} from '../../topology/model.ts';
import {check, type Check} from '../../verdict/check.ts';
import type {ExpectedTransfer} from '../../verdict/expectation.ts';
import {checkTransfers} from '../../verdict/transfers.ts';
import type {DataVerb} from '../stage.ts';
import {place} from './copy.ts';

/** Memory -> edu while it is mapped, and at the same address after it was unmapped, which the IOMMU must block. */
export const useAfterUnmap: DataVerb<OptionsOf<'use-after-unmap'>> = {
  command: ({edu, memory, api}, topology) => [
    ...['p2p', 'use-after-unmap', nodeOf(topology, edu).bdf, place(topology, memory), api],
  ],
  transfers: ({edu, memory, api}) => [
    {initiator: edu, direction: 'read', target: memory, bytes: pageBytes, api},
  ],
  effect: () => undefined,
  ledger: ({edu}, entries, expected) => checkStale(edu, entries, expected),
  blocked: true,
  checks: () => Promise.resolve([]),
};

/** What was mapped was read once; the second read was blocked by the IOMMU, all of it. */
function checkStale(
  edu: string,
  entries: readonly LedgerEntry[],
  expected: readonly ExpectedTransfer[],
): Check {
  const blocked = {initiator: edu, direction: 'read' as const, target: 'unmapped', bytes: pageBytes};
  // A step that is refused maps nothing, so that there is nothing to unmap.
  if (expected.length === 0) return checkTransfers(entries, expected);
  const compared = checkTransfers(entries, [...expected, blocked]);
  const first = entries[0];
  const again = entries.find(
    (entry) => entry !== first && entry.address === first?.address && entry.faulted !== true,
  );
  const merged = entries.length === 1 && first !== undefined && first.bytes > pageBytes;
  if (compared.ok || (again === undefined && !merged)) return compared;
  const stale = again ?? first;
  const parameters = {
    target: stale?.target ?? 'unmapped',
    ...(stale !== undefined && {address: stale.address}),
  };
  return check('ledger', false, 'host', {code: 'stale-translation', subject: edu, parameters});
}
