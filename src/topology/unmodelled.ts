// SPDX-License-Identifier: MIT
import {isNic, memoryOf} from '../devices/roles.ts';
import {commonAncestor} from './distance.ts';
import {maskBits} from './dma-mask.ts';
import {mapping} from './maptype.ts';
import {nodeOf, type Topology} from './model.ts';

/** Why a device's memory cannot be given to peers. The subject is the provider. */
interface Unprovided {
  readonly code: 'no-struct-page';
  readonly subject: string;
  readonly parameters: {readonly machine: string};
}

/** What QEMU cannot show, as a finding: verdict/render.ts has the sentences. The subject is the client. */
export type Unmodelled =
  | Unprovided
  | {
      readonly code: 'not-routed';
      readonly subject: string;
      readonly parameters: {readonly provider: string};
    }
  | {
      readonly code: 'bar-beyond-mask';
      readonly subject: string;
      readonly parameters: {readonly machine: string; readonly provider: string; readonly type: string};
    }
  | {
      readonly code: 'conventional-bus';
      readonly subject: string;
      readonly parameters: {readonly provider: string; readonly bridge: string};
    };

/**
 * Why QEMU cannot show how DMA of `client` reaches memory of `provider`; undefined if it can. Stock QEMU routes
 * nothing below the root complex: every request goes to the IOMMU (hw/pci/pci.c,
 * pci_device_iommu_address_space), which has no mapping for a bus address, where a real switch had passed it
 * on below. A drive that is given an address in its own memory sends no request at all.
 */
export function unmodelled(
  topology: Topology,
  {provider, client}: {readonly provider: string; readonly client: string},
): Unmodelled | undefined {
  const beyond = onOneBus(topology, provider, client) ?? beyondReach(topology, provider, client);
  if (beyond !== undefined || topology.routed) return beyond;
  if (!topology.translated || provider === client) return undefined;
  if (mapping(topology, {provider, client}).type !== 'bus-addr') return undefined;
  return {code: 'not-routed', subject: client, parameters: {provider}};
}

/**
 * What is on one conventional PCI bus sees each other's requests there. QEMU with lab/qemu/routed hands them to the port
 * above, which has the peer in its own window: a switch's blocks them, a root port sends them up.
 */
function onOneBus(topology: Topology, provider: string, client: string): Unmodelled | undefined {
  const common = commonAncestor(topology, provider, client);
  if (!topology.routed || common === undefined || provider === client) return undefined;
  if (nodeOf(topology, common).kind !== 'pci-bridge') return undefined;
  return {code: 'conventional-bus', subject: client, parameters: {provider, bridge: common}};
}

/** Why a machine's memory map leaves nothing to see between two devices, whatever the tree allows. */
function beyondReach(topology: Topology, provider: string, client: string): Unmodelled | undefined {
  const none = unprovided(topology, provider);
  if (none !== undefined) return none;
  const {machine, splitBars} = topology.platform;
  if (!splitBars) return undefined;
  const node = nodeOf(topology, client);
  if (isNic(node) && maskBits(topology, client) === 32) {
    return {code: 'bar-beyond-mask', subject: client, parameters: {machine, provider, type: node.type}};
  }
  return undefined;
}

/** Why a device's memory cannot be given to peers on this machine; undefined if it can. */
export function unprovided(topology: Topology, provider: string): Unprovided | undefined {
  const {machine, splitBars} = topology.platform;
  if (!splitBars || memoryOf(nodeOf(topology, provider))?.provider.wide !== false) return undefined;
  return {code: 'no-struct-page', subject: provider, parameters: {machine}};
}
