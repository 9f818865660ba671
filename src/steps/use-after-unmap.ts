// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {isDmaEngine} from '../devices/roles.ts';
import type {LedgerEntry} from '../evidence/ledger.ts';
import {api} from '../spec/api.ts';
import {deviceId} from '../spec/names.ts';
import {hostAddress, mapping} from '../topology/maptype.ts';
import {nodeOf} from '../topology/model.ts';
import {check, type Check} from '../verdict/check.ts';
import type {ExpectedTransfer} from '../verdict/expectation.ts';
import {checkTransfers} from '../verdict/transfers.ts';
import {place, tool} from './guest-command.ts';
import {pageBytes, through} from './fields.ts';
import {checkProvider, checkRole} from './scene.ts';
import {verb} from './verb.ts';

/**
 * Memory -> edu while it is mapped, and at the same address after it was unmapped, which the IOMMU must block: in strict
 * mode dma_unmap_*() returns once the IOTLB holds nothing of the mapping
 * (Documentation/admin-guide/kernel-parameters.txt, iommu.strict).
 */
export const useAfterUnmap = verb({
  movesData: true,
  example: {edu: 'edu0', memory: 'cmb', api: 'sg'},
  options: z
    .strictObject({
      edu: deviceId.describe('The initiator.'),
      memory: through.describe('Memory that the edu reads: a provider, or host-memory.'),
      api: api.default('sg'),
    })
    .describe(
      'Has an edu read a mapped page, and again at the same address after it was unmapped: an IOMMU in strict mode must block the second read.',
    ),
  check({edu, memory}, scene) {
    checkRole(scene, ['edu'], edu, isDmaEngine, 'edu');
    checkProvider(scene, ['memory'], memory, pageBytes);
  },
  title: ({edu, memory, api: by}) => `use after unmap: ${edu} <- ${memory} by ${by}`,
  commands: ({edu, memory, api: by}, topology) => [
    tool('use-after-unmap', nodeOf(topology, edu).bdf, place(topology, memory), by),
  ],
  // Only an IOMMU that translates strictly promises that an unmapped address no longer translates.
  reasonToSkip({edu, memory}, topology) {
    if (!topology.translated || topology.iommu?.mode !== 'strict')
      return {code: 'no-strict-iommu', parameters: {}};
    const address =
      memory === 'host-memory'
        ? hostAddress(topology)
        : mapping(topology, {provider: memory, client: edu}).address;
    return address === 'iova' ? undefined : {code: 'no-iova', subject: edu, parameters: {memory}};
  },
  watched: {
    refusal: {op: 'dma', reported: 'by-dma-api'},
    blocked: true,
    transfers: ({edu, memory, api: by}) => [
      {initiator: edu, direction: 'read', target: memory, bytes: pageBytes, api: by},
    ],
    ledger: ({edu}, entries, expected) => checkStale(edu, entries, expected),
  },
});

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
