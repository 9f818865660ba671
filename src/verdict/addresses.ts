// SPDX-License-Identifier: MIT
import {hostMemory} from '../base/targets.ts';
import {hex} from '../base/hex.ts';
import type {LedgerEntry} from '../evidence/ledger.ts';
import {type DeviceAddress, hostAddress, mapping} from '../topology/maptype.ts';
import type {Topology} from '../topology/model.ts';
import type {Check} from './check.ts';

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
  const right = translated
    ? 'the IOMMU translated what the devices were given.'
    : 'the IOMMU passed the addresses that the devices were given as they were.';
  return [{name: 'iommu', ok: wrong.length === 0, witness: 'host', detail: wrong[0] ?? right}];
}

function fault(topology: Topology, entry: LedgerEntry): string | undefined {
  const {initiator, target, address, translated, faulted} = entry;
  const given = `${initiator} was given ${hex(address)}`;
  if (faulted === true) return `${given}, which the IOMMU does not know: it let nothing through.`;
  const wanted = wantedAddress(topology, entry);
  if (wanted === undefined || (wanted === 'iova') === (translated !== undefined && translated !== address)) {
    return undefined;
  }
  return wanted === 'iova'
    ? `${given} for ${target}, which the IOMMU passed as it was: it had to be translated.`
    : `${given} for ${target}, which the IOMMU translated to ${hex(translated ?? 0)}: it had to pass it as it was.`;
}

/** What address must be given; `undefined` for what may not be reached at all. */
function wantedAddress(topology: Topology, {initiator, target, bar}: LedgerEntry): DeviceAddress | undefined {
  if (target === hostMemory) return hostAddress(topology);
  if (bar === undefined) return undefined;
  return mapping(topology, {provider: target, client: initiator}).address;
}
