// SPDX-License-Identifier: MIT
import {isNic, memoryOf} from '../devices/roles.ts';
import {commonAncestor} from './distance.ts';
import {maskBits} from './dma-mask.ts';
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
  const beyond = onOneBus(topology, provider, client) ?? beyondReach(topology, provider, client);
  if (beyond !== undefined || topology.routed) return beyond;
  if (!topology.translated || provider === client) return undefined;
  if (mapping(topology, {provider, client}).type !== 'bus-addr') return undefined;
  return `stock QEMU does not route below the root complex: the IOMMU faults the bus address by which ${client} reaches ${provider}`;
}

/**
 * What is on one conventional PCI bus sees each other's requests there. QEMU with lab/qemu/routed hands them to the port
 * above, which has the peer in its own window: a switch's blocks them, a root port sends them up.
 */
function onOneBus(topology: Topology, provider: string, client: string): string | undefined {
  const common = commonAncestor(topology, provider, client);
  if (!topology.routed || common === undefined || provider === client) return undefined;
  if (nodeOf(topology, common).kind !== 'pci-bridge') return undefined;
  return `QEMU does not have ${client} reach ${provider} on the conventional PCI bus of ${common}`;
}

/** Why a machine's memory map leaves nothing to see between two devices, whatever the tree allows. */
function beyondReach(topology: Topology, provider: string, client: string): string | undefined {
  const none = unprovided(topology, provider);
  if (none !== undefined) return none;
  const {machine, splitBars} = topology.platform;
  if (!splitBars) return undefined;
  const node = nodeOf(topology, client);
  if (isNic(node) && maskBits(topology, client) === 32) {
    return `${machine} has the BAR of ${provider} above 4 GiB, and an ${node.type} has 32 bits of address: ${client}`;
  }
  return undefined;
}

/** Why a device's memory cannot be given to peers on this machine; undefined if it can. */
export function unprovided(topology: Topology, provider: string): string | undefined {
  const {machine, splitBars} = topology.platform;
  if (!splitBars || memoryOf(nodeOf(topology, provider))?.provider.wide !== false) return undefined;
  return `${machine} has the BAR of ${provider} below its memory, where arm64 has no struct page for it`;
}
