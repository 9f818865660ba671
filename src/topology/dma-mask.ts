// SPDX-License-Identifier: MIT
import {nodeOf, type Topology} from './model.ts';

/** What a PCI function has until its driver says otherwise: drivers/pci/probe.c, pci_setup_device. */
const unset = 32;

/**
 * The width of a device's DMA mask in bits: what its driver sets, as wide as the device's addresses. An edu's driver is
 * the lab's own, which is told; that of an e1000 finds no PCI-X bus (e1000_main.c, e1000_probe); a display and shared
 * memory have none that does DMA.
 */
export function maskBits(topology: Topology, id: string): number {
  const node = nodeOf(topology, id);
  switch (node.type) {
    case 'edu':
      return eduMaskBits(topology) ?? 64;
    case 'nvme':
    case 'e1000e':
    case 'igb':
      return 64;
    case 'e1000':
    case 'bochs-display':
    case 'ivshmem':
    case 'root-port':
    case 'switch':
      return unset;
  }
}

/**
 * The width in bits that the lab's driver sets for edus: all of them have one driver, so that it is the least of
 * theirs. Undefined if it need not be told.
 */
export function eduMaskBits({nodes}: Topology): number | undefined {
  const widths = nodes.flatMap((node) => (node.type === 'edu' ? [node.dmaBits] : []));
  const least = Math.min(64, ...widths);
  return least === 64 ? undefined : least;
}
