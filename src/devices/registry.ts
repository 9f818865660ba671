// SPDX-License-Identifier: MIT
import {bochsDisplay} from './bochs-display.ts';
import type {BridgeType, EndpointType} from './device-type.ts';
import {e1000} from './e1000.ts';
import {e1000e} from './e1000e.ts';
import {edu} from './edu.ts';
import {igb} from './igb.ts';
import {ivshmem} from './ivshmem.ts';
import {nvme} from './nvme.ts';
import {pciePciBridge} from './pcie-pci-bridge.ts';
import {rootPort} from './root-port.ts';
import {pcieSwitch} from './switch.ts';
import {virtioNet} from './virtio-net.ts';

/** All types of bridges. The order is that of the reference. */
export const bridgeTypes = [rootPort, pcieSwitch, pciePciBridge] as const;

/** All types of endpoints. */
export const endpointTypes = [nvme, e1000, e1000e, igb, virtioNet, bochsDisplay, edu, ivshmem] as const;

type AnyEndpoint = (typeof endpointTypes)[number];
type AnyBridge = (typeof bridgeTypes)[number];

/** The name of a type of endpoint, as topologies have it. */
export type EndpointName = AnyEndpoint['name'];

/** The name of a type of bridge, as topologies have it. */
export type BridgeName = AnyBridge['name'];

export type DeviceName = BridgeName | EndpointName;

/** What planned endpoints have beside their place, discriminated on `type`. */
export type EndpointDetails = {
  [Name in EndpointName]: {readonly type: Name} & ReturnType<Extract<AnyEndpoint, {name: Name}>['details']>;
}[EndpointName];

const endpoints: ReadonlyMap<string, EndpointType> = new Map<string, EndpointType>(
  endpointTypes.map((type) => [type.name, type]),
);
const bridges: ReadonlyMap<string, BridgeType> = new Map<string, BridgeType>(
  bridgeTypes.map((type) => [type.name, type]),
);

/** Returns the type of endpoint with this name; undefined if it is none. */
export function endpointTypeOf(name: string): EndpointType | undefined {
  return endpoints.get(name);
}

/** Returns the type of bridge with this name; undefined if it is none. */
export function bridgeTypeOf(name: string): BridgeType | undefined {
  return bridges.get(name);
}

/** Returns the name of a type of bridge; undefined if it is none. */
export function bridgeNamed(name: DeviceName): BridgeName | undefined {
  return bridgeTypes.find((type) => type.name === name)?.name;
}

/**
 * Returns the type of endpoint with this name.
 * @throws {TypeError} if it is none: a caller's mistake
 */
export function endpointNamed(name: string): EndpointType {
  const type = endpoints.get(name);
  if (type === undefined) throw new TypeError(`${name} is no type of endpoint`);
  return type;
}

/** The types of devices whose registers are followed, by the name of their memory region. */
export const registerRegions: ReadonlyMap<string, EndpointName> = new Map(
  endpointTypes.flatMap(({name, registers}: {name: EndpointName; registers?: string}) =>
    registers === undefined ? [] : [[registers, name]],
  ),
);
