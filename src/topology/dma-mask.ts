// SPDX-License-Identifier: MIT
import {endpointTypeOf} from '../devices/registry.ts';
import {addressBitsOf, isDmaEngine} from '../devices/roles.ts';
import {nodeOf, type Topology} from './model.ts';

/** What a PCI function has until its driver says otherwise: drivers/pci/probe.c, pci_setup_device. */
const unset = 32;

/**
 * The width of a device's DMA mask in bits: what its driver sets, as wide as the device's addresses. A DMA engine's
 * driver is the lab's own, which is told; a display and shared memory have none that does DMA.
 */
export function maskBits(topology: Topology, id: string): number {
  const node = nodeOf(topology, id);
  if (isDmaEngine(node)) return eduMaskBits(topology) ?? 64;
  return endpointTypeOf(node.type)?.maskBits ?? unset;
}

/**
 * The width in bits that the lab's driver sets for edus: all of them have one driver, so that it is the least of
 * theirs. Undefined if it need not be told.
 */
export function eduMaskBits({nodes}: Topology): number | undefined {
  const widths = nodes.flatMap((node) => addressBitsOf(node) ?? []);
  const least = Math.min(64, ...widths);
  return least === 64 ? undefined : least;
}
