// SPDX-License-Identifier: GPL-2.0-only
/*
 * The dma_map_ops of an endpoint below a switch: memory of a peer is given its
 * bus address, anything else goes through the upstream port to the host.
 */
#include "client.h"
#include "ops.h"

const struct client p2psw_client_template = {
	.ops = {
/* Only a kernel whose dma_map_ops can say so lets block I/O come this way. */
#ifdef DMA_F_PCI_P2PDMA_SUPPORTED
		.flags = DMA_F_PCI_P2PDMA_SUPPORTED,
#endif
		.alloc = p2psw_alloc,
		.free = p2psw_free,
		.alloc_pages_op = p2psw_alloc_pages,
		.free_pages = p2psw_free_pages,
		.mmap = p2psw_mmap,
		.get_sgtable = p2psw_get_sgtable,
		.map_page = p2psw_map_page,
		.unmap_page = p2psw_unmap_page,
		.map_sg = p2psw_map_sg,
		.unmap_sg = p2psw_unmap_sg,
		.map_resource = p2psw_map_resource,
		.unmap_resource = p2psw_unmap_resource,
		.sync_single_for_cpu = p2psw_sync_for_cpu,
		.sync_single_for_device = p2psw_sync_for_device,
		.sync_sg_for_cpu = p2psw_sync_sg_for_cpu,
		.sync_sg_for_device = p2psw_sync_sg_for_device,
		.dma_supported = p2psw_dma_supported,
		.get_required_mask = p2psw_get_required_mask,
		.max_mapping_size = p2psw_max_mapping_size,
	},
};
