// SPDX-License-Identifier: MIT
import {isRegistered} from '../spec/cmb.ts';
import type {TopologySpec} from '../spec/topology.ts';
import type {Iommu} from './iommu.ts';
import type {Platform} from './platform.ts';
import type {Windows} from './windows.ts';

/** Where a PCI function is and hangs. */
interface PciFunction {
  /** Its id in the topology, and QEMU's. A switch's downstream ports are `sw0.0`, `sw0.1`, … */
  readonly id: string;
  /** The id of the bridge above, or `null` for the root complex. */
  readonly parent: string | null;
  readonly bus: number;
  readonly device: number;
  readonly function: number;
  /** As sysfs names it: `0000:03:00.0`. */
  readonly bdf: string;
}

interface Bridge extends PciFunction {
  readonly secondaryBus: number;
  readonly subordinateBus: number;
  /** Unique over the topology: with the slot it names a hotplug slot. */
  readonly chassis: number;
  /** Whether ACS control redirects requests or completions upstream, or has egress control on. */
  readonly acsRedirect: boolean;
  /** ACS control once Linux has booted; not there if the port has no such capability. */
  readonly acsControl?: number;
}

export interface RootPort extends Bridge {
  readonly kind: 'root-port';
  readonly type: 'root-port';
  readonly parent: null;
}

export interface UpstreamPort extends Bridge {
  readonly kind: 'upstream-port';
  readonly type: 'switch';
}

export interface DownstreamPort extends Bridge {
  readonly kind: 'downstream-port';
  readonly type: 'switch';
}

interface Nvme {
  readonly type: 'nvme';
  /** Sizes in bytes. */
  readonly disk?: number;
  readonly cmb?: number;
  /** Unique over the topology, so that QEMU's trace names the controller. There is one if there is a disk. */
  readonly nsid?: number;
}

interface Nic {
  readonly type: 'e1000' | 'e1000e' | 'igb';
  readonly mac: string;
}

interface Display {
  readonly type: 'bochs-display';
  readonly vram: number;
}

interface Edu {
  readonly type: 'edu';
  /** The width of its addresses. */
  readonly dmaBits: number;
}

interface SharedMemory {
  readonly type: 'ivshmem';
  readonly size: number;
}

export type Endpoint = PciFunction & {readonly kind: 'endpoint'} & (
    | Nvme
    | Nic
    | Display
    | Edu
    | SharedMemory
  );

/** A PCI function of a topology, discriminated on `kind`; an endpoint on `type` too. */
export type Node = RootPort | UpstreamPort | DownstreamPort | Endpoint;

/** A planned topology, frozen: every function with its place, in the order in which buses are numbered. */
export interface Topology {
  readonly name: string;
  readonly spec: TopologySpec;
  readonly platform: Platform;
  /** Where bus addresses are not the CPU's. */
  readonly windows?: Windows;
  readonly iommu?: Iommu;
  /** Whether an IOMMU translates what the endpoints initiate; one in passthrough does not. */
  readonly translated: boolean;
  /** Whether its bridges route what is for a peer by themselves, and switches have ACS: QEMU with lab/qemu/routed. */
  readonly routed: boolean;
  readonly nodes: readonly Node[];
}

/** The function with this id, if there is one. */
export function findNode(topology: Topology, id: string): Node | undefined {
  return topology.nodes.find((node) => node.id === id);
}

/**
 * The function with this id.
 * @throws {TypeError} if there is none: a caller's mistake, for ids in files are checked when they are read
 */
export function nodeOf(topology: Topology, id: string): Node {
  const node = findNode(topology, id);
  if (node === undefined) throw new TypeError(`topology ${topology.name} has no function ${id}`);
  return node;
}

/** A function and the bridges above it, up to the root complex. */
export function pathToRoot(topology: Topology, id: string): readonly Node[] {
  const node = nodeOf(topology, id);
  return node.parent === null ? [node] : [node, ...pathToRoot(topology, node.parent)];
}

/** Whether a switch is above a function. */
export function isBelowSwitch(topology: Topology, id: string): boolean {
  return pathToRoot(topology, id).some(({kind}) => kind === 'upstream-port');
}

/** The functions directly below a bridge, or below the root complex, by device number. */
export function childrenOf(topology: Topology, id: string | null): readonly Node[] {
  return topology.nodes.filter((node) => node.parent === id);
}

/** All endpoints, in order. */
export function endpointsOf(topology: Topology): readonly Endpoint[] {
  return topology.nodes.filter((node) => node.kind === 'endpoint');
}

/** The CMB that a device has and Linux gives to nobody, if it is one. */
export function unregisteredCmb(node: Node | undefined): number | undefined {
  if (node?.kind !== 'endpoint' || node.type !== 'nvme' || node.cmb === undefined) return undefined;
  return isRegistered(node.cmb) ? undefined : node.cmb;
}

/** How requests name who they come from: bus, device and function in 16 bits. */
export function requesterId({bus, device, function: fn}: Node): number {
  return (bus << 8) | (device << 3) | fn;
}

/** Bus, device and function as sysfs writes them. */
export function formatBdf(bus: number, device: number, fn: number): string {
  return `0000:${hex(bus)}:${hex(device)}.${fn}`;
}

/** Two hexadecimal digits. */
export function hex(value: number): string {
  return value.toString(16).padStart(2, '0');
}
