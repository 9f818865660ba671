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

/** Why the ledger would not have what a NIC sends. The subject is the NIC. */
interface Untraced {
  readonly code: 'nic-untraced';
  readonly subject: string;
  readonly parameters: {readonly type: string; readonly behindIommu: boolean; readonly needsRouting: boolean};
}

/**
 * Returns why the ledger would not have what a NIC sends; undefined if it would. Stock QEMU does not trace the
 * descriptors of all NICs. Those of an e1000 are read from its ring, but not while it works, nor behind an IOMMU. A
 * virtqueue keeps none: its driver overwrites a descriptor with the next frame's (drivers/virtio/virtio_ring.c,
 * detach_buf_split).
 * @param busy whether it works for as long as the step lasts
 */
export function reasonUntraced(topology: Topology, nic: string, busy: boolean): Untraced | undefined {
  const {type} = nodeOf(topology, nic);
  const evidence = nicOf(nodeOf(topology, nic))?.evidence;
  if (evidence !== 'ring' && evidence !== 'requests') return undefined;
  const untraced = (behindIommu: boolean, needsRouting: boolean): Untraced => ({
    code: 'nic-untraced',
    subject: nic,
    parameters: {type, behindIommu, needsRouting},
  });
  if (evidence === 'requests') {
    if (!topology.routed) return untraced(false, true);
    return topology.translated ? untraced(true, false) : undefined;
  }
  if (busy) return untraced(false, false);
  return topology.translated && !topology.routed ? untraced(true, false) : undefined;
}
