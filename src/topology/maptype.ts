// SPDX-License-Identifier: MIT
import {isZen} from './cpu.ts';
import {commonAncestor, distance} from './distance.ts';
import {hex, type Node, pathToRoot, type Topology} from './model.ts';

/** What Linux must make of a pair of functions: enum pci_p2pdma_map_type, less UNKNOWN and NONE. */
export type MapType = 'bus-addr' | 'thru-host-bridge' | 'not-supported';

/**
 * What address a device must be given for memory: a bus address, which a switch routes by; the physical
 * address, which on this machine is the same number; or one that the IOMMU translates.
 */
export type DeviceAddress = 'bus' | 'physical' | 'iova';

export interface Mapping {
  readonly type: MapType;
  /** Not there if the memory cannot be reached. */
  readonly address?: DeviceAddress;
  /** In ports; counted for pairs that are not supported too, for which Linux itself says -1. */
  readonly distance: number;
  /** A sentence. */
  readonly reason: string;
}

/**
 * Host bridges that pass traffic between their root ports, by device id of Intel's: pci_p2pdma_whitelist.
 * The flag there for the same bridge plays no part, for a machine of ours has one.
 */
const trustedHostBridges = [0x3c00, 0x3c01, 0x2f00, 0x2f01, 0x2030, 0x2031, 0x2032, 0x2033, 0x2020, 0x09a2];

/**
 * How DMA of `client` reaches memory of `provider`, by the rules of Linux 6.12 (drivers/pci/p2pdma.c,
 * calc_map_type_and_dist) and of the PCIe specification: a switch routes by address below its upstream port
 * unless ACS redirects (6.12.3); what goes through the root complex is up to the host bridge.
 */
export function mapping(topology: Topology, {provider, client}: {provider: string; client: string}): Mapping {
  const apart = distance(topology, provider, client);
  const common = commonAncestor(topology, provider, client);
  const redirecting = redirectingPorts(topology, provider, client, common);
  if (common !== undefined && redirecting.length === 0) {
    const reason =
      provider === client
        ? `${client} reaches its own memory`
        : `${common} is upstream of both ${client} and ${provider}`;
    return {type: 'bus-addr', address: 'bus', distance: apart, reason};
  }
  const way =
    common === undefined
      ? `no bridge is upstream of both ${client} and ${provider}`
      : `ACS redirects upstream at ${redirecting.join(', ')}`;
  const through = {type: 'thru-host-bridge', address: hostAddress(topology), distance: apart} as const;
  if (isZen(topology.spec)) {
    const reason = `${way}, but Linux allows peer-to-peer DMA through an AMD Zen host bridge`;
    return {...through, reason};
  }
  const {hostBridge} = topology.platform;
  if (hostBridge === undefined) return {type: 'not-supported', distance: apart, reason: way};
  const {vendor, device} = hostBridge;
  const bridge = `host bridge ${hex(vendor)}:${hex(device)}`;
  return vendor === 0x8086 && trustedHostBridges.includes(device)
    ? {...through, reason: `${way}, but ${bridge} is on Linux' p2pdma whitelist`}
    : {
        type: 'not-supported',
        distance: apart,
        reason: `${way}, and ${bridge} is not on Linux' p2pdma whitelist`,
      };
}

/** What address a device is given for what lies behind the root complex: host memory, or a peer by that way. */
export function hostAddress({translated}: Topology): Exclude<DeviceAddress, 'bus'> {
  return translated ? 'iova' : 'physical';
}

/** The ports with ACS redirection on the way from one to the other, the common one included. */
function redirectingPorts(
  topology: Topology,
  provider: string,
  client: string,
  common: string | undefined,
): readonly string[] {
  const upTo = (id: string, included: boolean): readonly Node[] => {
    const path = pathToRoot(topology, id);
    const end = path.findIndex((node) => node.id === common);
    return end === -1 ? path : path.slice(0, included ? end + 1 : end);
  };
  return [...upTo(provider, true), ...upTo(client, false)]
    .filter((node) => node.kind !== 'endpoint' && node.acsRedirect)
    .map(({id}) => id);
}
