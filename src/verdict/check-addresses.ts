// SPDX-License-Identifier: MIT
import {hostMemory} from '../base/targets.ts';
import type {LedgerEntry} from '../evidence/ledger.ts';
import {type DeviceAddress, hostAddress, mapping} from '../topology/maptype.ts';
import type {Topology} from '../topology/model.ts';
import {check, type Check} from './check.ts';
import type {Finding} from './finding.ts';

/**
 * Whether the IOMMU, where there is one, did with each address that a device was given what the tree asks
 * for: translated an IOVA, and passed a bus address or a physical one as it was.
 */
export function checkAddresses(topology: Topology, ledger: readonly LedgerEntry[]): readonly Check[] {
  if (topology.iommu === undefined || ledger.length === 0) return [];
  const wrong = ledger.flatMap((entry) => fault(topology, entry) ?? []);
  const translated = ledger.some(
    (entry) => entry.translated !== undefined && entry.translated !== entry.address,
  );
  const correct = {code: translated ? 'iommu-translated' : 'iommu-passed', parameters: {}} as const;
  return [check('iommu', wrong.length === 0, 'host', wrong[0] ?? correct)];
}

function fault(topology: Topology, entry: LedgerEntry): Finding | undefined {
  const {initiator: subject, target, address, translated = address, faulted} = entry;
  if (faulted === true) return {code: 'iommu-unmapped', subject, parameters: {address}};
  const wanted = wantedAddress(topology, entry);
  if (wanted === undefined || (wanted === 'iova') === (translated !== address)) {
    return undefined;
  }
  return wanted === 'iova'
    ? {code: 'iommu-not-translated', subject, parameters: {address, target}}
    : {code: 'iommu-not-passed', subject, parameters: {address, target, translated}};
}

/** What address must be given; `undefined` for what may not be reached at all. */
function wantedAddress(topology: Topology, {initiator, target, bar}: LedgerEntry): DeviceAddress | undefined {
  if (target === hostMemory) return hostAddress(topology);
  if (bar === undefined) return undefined;
  return mapping(topology, {provider: target, client: initiator}).address;
}
