// SPDX-License-Identifier: MIT
import {mapping} from './maptype.ts';
import {nodeOf, type Topology} from './model.ts';

/**
 * Why QEMU cannot show how DMA of `client` reaches memory of `provider`; undefined if it can. Stock QEMU routes
 * nothing below the root complex: every request goes to the IOMMU (hw/pci/pci.c,
 * pci_device_iommu_address_space), which has no mapping for a bus address, where a real switch had passed it
 * on below. A drive that is given an address in its own memory sends no request at all.
 */
export function unmodelled(
  topology: Topology,
  {provider, client}: {readonly provider: string; readonly client: string},
): string | undefined {
  const beyond = beyondReach(topology, provider, client);
  if (beyond !== undefined || topology.routed) return beyond;
  if (!topology.translated || provider === client) return undefined;
  if (mapping(topology, {provider, client}).type !== 'bus-addr') return undefined;
  return `stock QEMU does not route below the root complex: the IOMMU faults the bus address by which ${client} reaches ${provider}`;
}

/** Why a machine's memory map leaves nothing to see between two devices, whatever the tree allows. */
function beyondReach(topology: Topology, provider: string, client: string): string | undefined {
  const none = unprovided(topology, provider);
  if (none !== undefined) return none;
  const {machine, splitBars} = topology.platform;
  if (!splitBars) return undefined;
  if (nodeOf(topology, client).type === 'e1000') {
    return `${machine} has the BAR of ${provider} above 4 GiB, and an e1000 has 32 bits of address: ${client}`;
  }
  return undefined;
}

/** Why a device's memory cannot be given to peers on this machine; undefined if it can. */
export function unprovided(topology: Topology, provider: string): string | undefined {
  const {machine, splitBars} = topology.platform;
  if (!splitBars || nodeOf(topology, provider).type !== 'bochs-display') return undefined;
  return `${machine} has the BAR of ${provider} below its memory, where arm64 has no struct page for it`;
}
