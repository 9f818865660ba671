// SPDX-License-Identifier: MIT

/** Device numbers on the root complex that are not a topology's: the machine's and the lab's own. */
export const labSlots = {
  hostBridge: 0,
  panicDevice: 0x1c,
  controlNic: 0x1d,
  iommu: 0x1e,
  ich9: 0x1f,
} as const;
