// SPDX-License-Identifier: MIT
import {nodeOf, type Topology} from '../topology/model.ts';

/** Ethernet header and sequence number: the linear part of a frame, which lies in host memory. */
export const frameHeaderBytes = 18;

/**
 * Returns why the ledger does not have what a NIC reads, undefined if it does not: stock QEMU does not trace an e1000's
 * descriptors. They are read from its ring, but not while it works, nor behind an IOMMU.
 */
export function untracedSender(topology: Topology, nic: string): string | undefined {
  if (nodeOf(topology, nic).type !== 'e1000') return undefined;
  return `QEMU does not trace what an e1000 reads: ${nic} would leave a gap in the ledger`;
}
