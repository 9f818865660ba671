// SPDX-License-Identifier: MIT
import type {Attachment, EndpointType, Nic, Provider} from './device-type.ts';
import {bridgeTypeOf, endpointTypeOf, endpointTypes} from './registry.ts';

/** A device as a topology declares it, or as it is planned. */
interface Typed {
  readonly type: string;
}

/** Returns whether devices can sit below it. */
export function isBridge({type}: Typed): boolean {
  return bridgeTypeOf(type) !== undefined;
}

/** Returns whether it is a part of the root complex that leads to other devices. */
export function isRootPort({type}: Typed): boolean {
  return bridgeTypeOf(type)?.isRootPort === true;
}

/** Returns how devices attach below it; undefined if they do not. */
export function attachmentOf(device: Typed | undefined): Attachment | undefined {
  return device && bridgeTypeOf(device.type)?.attachment;
}

/** Returns what it is as a NIC; undefined if it is none. */
export function nicOf({type}: Typed): Nic | undefined {
  return endpointTypeOf(type)?.nic;
}

export function isNic(device: Typed): boolean {
  return nicOf(device) !== undefined;
}

/** Returns whether it is an NVMe controller. */
export function isController({type}: Typed): boolean {
  return endpointTypeOf(type)?.controller !== undefined;
}

/** Returns the size of its disk in bytes; undefined if it has none. */
export function diskOf(device: Typed): number | undefined {
  return endpointTypeOf(device.type)?.controller?.disk(device);
}

/** Returns the namespace ID of its disk; undefined if it has none. */
export function namespaceOf(device: Typed): number | undefined {
  return endpointTypeOf(device.type)?.controller?.nsid(device);
}

/** Returns whether the lab's driver makes it do any DMA. */
export function isDmaEngine({type}: Typed): boolean {
  return endpointTypeOf(type)?.dmaEngine !== undefined;
}

/** Returns the width of the addresses of a DMA engine in bits; undefined if it is none. */
export function addressBitsOf(device: Typed): number | undefined {
  return endpointTypeOf(device.type)?.dmaEngine?.addressBits(device);
}

/** Returns the size of what it shows as a picture, in bytes; undefined if it shows none. */
export function videoMemoryOf(device: Typed): number | undefined {
  return endpointTypeOf(device.type)?.display?.memory(device);
}

export function isDisplay({type}: Typed): boolean {
  return endpointTypeOf(type)?.display !== undefined;
}

/** Memory that a device has for peers. */
export interface ProvidedMemory {
  readonly provider: Provider<object>;
  readonly size: number;
  /** Whether Linux gives memory of this size to peers. */
  readonly isRegistered: boolean;
}

/** Returns the memory that it has for peers, registered or not; undefined if it has none. */
export function memoryOf(device: Typed): ProvidedMemory | undefined {
  const provider = endpointTypeOf(device.type)?.provider;
  const size = provider?.size(device);
  if (provider === undefined || size === undefined) return undefined;
  return {provider, size, isRegistered: provider.isRegistered(size)};
}

/** Returns the size of memory for peers that it has and that Linux gives to nobody. */
export function unregisteredMemory(device: Typed): number | undefined {
  const memory = memoryOf(device);
  return memory?.isRegistered === false ? memory.size : undefined;
}

/** Returns the kind of memory that devices of a type provide: `CMB`. */
export function providerKind(type: string): string | undefined {
  return endpointTypeOf(type)?.provider?.kind;
}

/** Returns whether QEMU can trace each access to the memory that devices of this type provide. */
export function hasTracedMemory({type}: Typed): boolean {
  return endpointTypeOf(type)?.provider?.region !== undefined;
}

/** Returns whether a driver of the kernel is bound to it once the guest is up. */
export function isBoundAtBoot({type}: Typed): boolean {
  return endpointTypeOf(type)?.boundAtBoot === true;
}

/** Returns whether a scenario can make it do DMA. */
export function isInitiator(device: Typed): boolean {
  return endpointTypeOf(device.type)?.initiates(device) === true;
}

/** Returns whether a file of the host is behind its memory. */
export function isSharedWithHost({type}: Typed): boolean {
  return endpointTypeOf(type)?.isShared === true;
}

/** Returns whether it can be on a conventional PCI bus. */
export function isConventional({type}: Typed): boolean {
  return endpointTypeOf(type)?.isConventional === true;
}

/** The types of devices that can be on a conventional PCI bus. */
export const conventionalTypes: readonly string[] = endpointTypes
  .filter(({isConventional: is}: EndpointType) => is === true)
  .map(({name}) => name);
