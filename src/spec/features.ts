// SPDX-License-Identifier: MIT
import * as z from 'zod';

/**
 * What a kernel can do that plain Linux 6.12 cannot, each in a sentence. A kernel's file names them; by them
 * the lab predicts what the kernel does where Linux has a known issue, and a scenario may require them.
 */
export const features = {
  'acs-list': 'The list of redirecting ports on a path stays within its buffer, however many there are.',
  'block-under-ops': 'Peer-to-peer block I/O also works for devices with their own dma_map_ops.',
  'map-page':
    'dma_map_page() of a P2PDMA page follows the topology: it returns a DMA address that reaches the page, or DMA_MAPPING_ERROR.',
  'map-page-below-switch':
    'The same as map-page, but only for initiators below a switch and not behind an IOMMU.',
  'map-type-fresh': 'The map type is recomputed after the ACS settings of a port on the path have changed.',
  'map-resource':
    'dma_map_resource() of a BAR follows the topology: it returns a DMA address that reaches the BAR, or DMA_MAPPING_ERROR.',
  'map-resource-below-switch':
    'The same as map-resource, but only for initiators below a switch and not behind an IOMMU.',
  'mask-bus-addr': 'Mapping a scatterlist fails if a bus address exceeds the DMA mask of the initiator.',
  'refused-io-ends':
    'With swiotlb=force, NVMe I/O to peer memory fails with an error. Other kernels retry it forever.',
  'unplug-lock-order':
    'An unplug takes pci_rescan_remove_lock and the reset_lock of the slot in one order (pciehp_unconfigure_device()).',
} as const satisfies Record<string, string>;

export type Feature = keyof typeof features;

const names = Object.keys(features) as [Feature, ...Feature[]];

/** A feature's name, as it stands in a file. */
export const feature = z.enum(names).meta({title: 'feature'});

/** Features of plain Linux 6.12 that older or newer kernels may be missing, with a sentence each. */
export const baseFeatures = {
  'user-memory':
    "User space can map a provider's P2PDMA memory and use it for I/O (p2pmem/allocate, Linux 6.2 and later).",
  'remote-error':
    'Block I/O to memory that the drive cannot reach fails with EREMOTEIO. Other kernels return EINVAL (block/blk-mq-dma.c).',
  'late-acs':
    'On arm64, ACS is requested after the bus is scanned, so it is not enabled on the ports behind an SMMUv3.',
} as const satisfies Record<string, string>;

export type BaseFeature = keyof typeof baseFeatures;

/** A base feature's name, as it stands in a file. */
export const baseFeature = z
  .enum(Object.keys(baseFeatures) as [BaseFeature, ...BaseFeature[]])
  .meta({title: 'base feature'});
