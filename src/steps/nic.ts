// SPDX-License-Identifier: MIT
import {nodeOf, type Topology} from '../topology/model.ts';

/** Ethernet header and sequence number: the linear part of a frame, which lies in host memory. */
export const frameHeaderBytes = 18;

/**
 * Whether the ledger does not have what a NIC reads: stock QEMU does not trace an e1000's descriptors. They are read from
 * its ring, but not while it works, nor behind an IOMMU.
 */
export function isUntracedSender(topology: Topology, nic: string): boolean {
  return nodeOf(topology, nic).type === 'e1000';
}
