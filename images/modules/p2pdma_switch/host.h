/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory of the host, and of peers that the host bridge passes on: as seen
 * from the switch's upstream port.
 */
#ifndef P2PDMA_SWITCH_HOST_H
#define P2PDMA_SWITCH_HOST_H

#include <linux/dma-direction.h>
#include <linux/types.h>

struct client;
struct page;

dma_addr_t p2psw_host_map_page(struct client *client, struct page *page,
			       unsigned long offset, size_t size,
			       enum dma_data_direction dir, unsigned long attrs);
void p2psw_host_unmap_page(struct client *client, dma_addr_t addr, size_t size,
			   enum dma_data_direction dir, unsigned long attrs);
void p2psw_host_sync_for_cpu(struct client *client, dma_addr_t addr, size_t size,
			     enum dma_data_direction dir);
void p2psw_host_sync_for_device(struct client *client, dma_addr_t addr, size_t size,
				enum dma_data_direction dir);

/* A range that is no memory of the kernel's. */
dma_addr_t p2psw_host_map_resource(struct client *client, phys_addr_t phys,
				   size_t size);

/* Zeroed pages that the client's coherent mask reaches, or NULL. */
struct page *p2psw_host_alloc_pages(struct client *client, size_t size,
				    dma_addr_t *handle, gfp_t gfp);
void p2psw_host_free_pages(struct page *page, size_t size);

/*
 * Whether coherent memory is plain pages: else it is up to the DMA API, and
 * the two functions above must not be used.
 */
bool p2psw_host_is_plain(struct client *client);

#endif
