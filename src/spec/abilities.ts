// SPDX-License-Identifier: MIT
import * as z from 'zod';

/**
 * What a kernel can do that plain Linux 6.12 cannot, each in a sentence. A kernel's file names them; by them
 * the lab predicts what the kernel does where Linux has a known gap, and a scenario may require them.
 */
export const abilities = {
  'acs-list': 'The list of ports that redirect on a path stays within its buffer, however many there are.',
  'block-under-ops': 'Block I/O from peer to peer passes devices that have dma_map_ops of their own.',
  'map-page':
    'dma_map_page of a P2PDMA page answers by the tree: the address that reaches it, or DMA_MAPPING_ERROR.',
  'map-page-below-switch':
    'As map-page, but only for an initiator below a switch that no IOMMU translates for.',
  'map-type-fresh':
    'How a client reaches a provider is worked out anew once the ACS of a port on the way has changed.',
  'map-resource':
    'dma_map_resource of a BAR answers by the tree: the address that reaches it, or DMA_MAPPING_ERROR.',
  'map-resource-below-switch':
    'As map-resource, but only for an initiator below a switch that no IOMMU translates for.',
  'mask-bus-addr':
    'A list with a bus address that is wider than the DMA mask of the initiator is refused, not mapped.',
  'refused-io-ends':
    'NVMe I/O to memory of a peer that swiotlb=force refuses ends with an error; without it, it is retried for ever.',
  'unplug-lock-order':
    'An unplug takes pci_rescan_remove_lock and the reset_lock of its slot in one order (pciehp_unconfigure_device).',
} as const satisfies Record<string, string>;

export type Ability = keyof typeof abilities;

const names = Object.keys(abilities) as [Ability, ...Ability[]];

/** An ability's name, as it stands in a file. */
export const ability = z.enum(names);

/** What plain Linux 6.12 can and an older or newer kernel may not, each in a sentence. */
export const basics = {
  'user-memory':
    "User space can map a provider's P2PDMA memory, and have I/O go there (p2pmem/allocate, from Linux 6.2 on).",
  'remote-error':
    'Block I/O to memory that the drive cannot reach fails with EREMOTEIO; without it, with EINVAL (block/blk-mq-dma.c).',
  'late-acs':
    'On arm64 ACS is asked for after the bus is scanned, so that the ports behind an SMMUv3 have none on.',
} as const satisfies Record<string, string>;

export type Basic = keyof typeof basics;

/** A basic's name, as it stands in a file. */
export const basic = z.enum(Object.keys(basics) as [Basic, ...Basic[]]);
