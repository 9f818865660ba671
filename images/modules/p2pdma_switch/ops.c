// SPDX-License-Identifier: GPL-2.0-only
/*
 * The dma_map_ops of an endpoint below a switch: memory of a peer is given its
 * bus address, anything else goes through the upstream port to the host.
 */
#include "client.h"
#include "ops.h"

const struct client client_template = {
	.ops = {
/* Only a kernel whose dma_map_ops can say so lets block I/O come this way. */
#ifdef DMA_F_PCI_P2PDMA_SUPPORTED
		.flags = DMA_F_PCI_P2PDMA_SUPPORTED,
#endif
		.alloc = switch_alloc,
		.free = switch_free,
		.alloc_pages_op = switch_alloc_pages,
		.free_pages = switch_free_pages,
		.mmap = switch_mmap,
		.get_sgtable = switch_get_sgtable,
		.map_page = switch_map_page,
		.unmap_page = switch_unmap_page,
		.map_sg = switch_map_sg,
		.unmap_sg = switch_unmap_sg,
		.map_resource = switch_map_resource,
		.unmap_resource = switch_unmap_resource,
		.sync_single_for_cpu = switch_sync_for_cpu,
		.sync_single_for_device = switch_sync_for_device,
		.sync_sg_for_cpu = switch_sync_sg_for_cpu,
		.sync_sg_for_device = switch_sync_sg_for_device,
		.dma_supported = switch_dma_supported,
		.get_required_mask = switch_get_required_mask,
		.max_mapping_size = switch_max_mapping_size,
	},
};
