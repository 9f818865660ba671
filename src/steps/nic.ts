// SPDX-License-Identifier: MIT
import {nicOf} from '../devices/roles.ts';
import {nodeOf, type Topology} from '../topology/model.ts';

/** Ethernet header and sequence number: the linear part of a frame, which lies in host memory. */
const linearBytes = 18;

/** Returns how many bytes of host memory a NIC reads for each frame: its linear part, after the NIC's own header. */
export function frameHeaderBytes(topology: Topology, nic: string): number {
  return linearBytes + (nicOf(nodeOf(topology, nic))?.headerBytes ?? 0);
}

/** Returns whether QEMU traces no descriptors of a NIC, so that the lab reads them from its ring. */
export function hasUntracedRing(topology: Topology, nic: string): boolean {
  return nicOf(nodeOf(topology, nic))?.evidence === 'ring';
}

/**
 * Returns why the ledger would not have what a NIC sends; undefined if it would. Stock QEMU does not trace the
 * descriptors of all NICs. Those of an e1000 are read from its ring, but not while it works, nor behind an IOMMU. A
 * virtqueue keeps none: its driver overwrites a descriptor with the next frame's (drivers/virtio/virtio_ring.c,
 * detach_buf_split).
 * @param busy whether it works for as long as the step lasts
 */
export function reasonUntraced(topology: Topology, nic: string, busy: boolean): string | undefined {
  const node = nodeOf(topology, nic);
  const evidence = nicOf(node)?.evidence;
  if (evidence !== 'ring' && evidence !== 'requests') return undefined;
  const words = `QEMU does not trace what ${article(node.type)} reads: ${nic} would leave a gap in the ledger`;
  if (evidence === 'requests') {
    if (!topology.routed) return `${words}; take --qemu routed`;
    return topology.translated ? `${words}, for it lies behind an IOMMU` : undefined;
  }
  if (busy) return words;
  return topology.translated && !topology.routed ? `${words}, for its ring lies behind an IOMMU` : undefined;
}

/** The name of a device type with its indefinite article. */
function article(type: string): string {
  return `${/^[aei]/.test(type) ? 'an' : 'a'} ${type}`;
}
