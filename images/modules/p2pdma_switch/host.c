// SPDX-License-Identifier: GPL-2.0-only
/*
 * What dma-direct does, for a module that it is not exported to.
 *
 * Where DMA is coherent and no bounce buffer is needed an address is computed
 * and there is nothing to undo.  Everything else goes through the DMA API of
 * the client's stand-in at the upstream port.  That is the second time through
 * that API for one mapping, so CONFIG_DMA_API_DEBUG sees a bounced buffer
 * twice, and warns of overlapping mappings.
 */
#include <linux/cc_platform.h>
#include <linux/dma-direct.h>
#include <linux/dma-map-ops.h>
#include <linux/gfp.h>
#include <linux/memremap.h>
#include <linux/swiotlb.h>

#include "client.h"
#include "host.h"

/* With dynamic pools only swiotlb itself can tell what it bounced. */
static bool is_computed(struct device *host)
{
	return dev_is_dma_coherent(host) && !is_swiotlb_force_bounce(host) &&
	       !IS_ENABLED(CONFIG_SWIOTLB_DYNAMIC);
}

static bool is_bounced(struct device *host, dma_addr_t addr)
{
#ifdef CONFIG_SWIOTLB_DYNAMIC
	return true;
#else
	return swiotlb_find_pool(host, dma_to_phys(host, addr));
#endif
}

/* Whether there is something to undo, or to copy, at @addr. */
static bool is_tracked(struct device *host, dma_addr_t addr)
{
	return !dev_is_dma_coherent(host) || is_bounced(host, addr);
}

dma_addr_t p2psw_host_map_page(struct client *client, struct page *page,
			       unsigned long offset, size_t size,
			       enum dma_data_direction dir, unsigned long attrs)
{
	struct device *host = client->host;
	dma_addr_t addr = phys_to_dma(host, page_to_phys(page) + offset);

	if (is_computed(host) && dma_capable(host, addr, size, true))
		return addr;
	/* A peer's memory is not to be copied to and fro. */
	if (is_pci_p2pdma_page(page))
		return DMA_MAPPING_ERROR;
	return dma_map_page_attrs(host, page, offset, size, dir, attrs);
}

void p2psw_host_unmap_page(struct client *client, dma_addr_t addr, size_t size,
			   enum dma_data_direction dir, unsigned long attrs)
{
	if (is_tracked(client->host, addr))
		dma_unmap_page_attrs(client->host, addr, size, dir, attrs);
}

void p2psw_host_sync_for_cpu(struct client *client, dma_addr_t addr, size_t size,
			     enum dma_data_direction dir)
{
	if (is_tracked(client->host, addr))
		dma_sync_single_for_cpu(client->host, addr, size, dir);
}

void p2psw_host_sync_for_device(struct client *client, dma_addr_t addr, size_t size,
				enum dma_data_direction dir)
{
	if (is_tracked(client->host, addr))
		dma_sync_single_for_device(client->host, addr, size, dir);
}

dma_addr_t p2psw_host_map_resource(struct client *client, phys_addr_t phys,
				   size_t size)
{
	if (!dma_capable(client->host, phys, size, false))
		return DMA_MAPPING_ERROR;
	return phys;
}

bool p2psw_host_is_plain(struct client *client)
{
	return dev_is_dma_coherent(client->host) &&
	       !is_swiotlb_for_alloc(client->host) &&
	       !cc_platform_has(CC_ATTR_GUEST_MEM_ENCRYPT) &&
	       !cc_platform_has(CC_ATTR_HOST_MEM_ENCRYPT);
}

struct page *p2psw_host_alloc_pages(struct client *client, size_t size,
				    dma_addr_t *handle, gfp_t gfp)
{
	static const gfp_t zones[] = { 0, GFP_DMA32, GFP_DMA };
	struct device *host = client->host;
	u64 limit = min_not_zero(host->coherent_dma_mask, host->bus_dma_limit);
	struct page *page;
	int i;

	gfp &= ~(__GFP_DMA | __GFP_DMA32 | __GFP_HIGHMEM);
	for (i = limit < DMA_BIT_MASK(64); i < ARRAY_SIZE(zones); i++) {
		page = alloc_pages_node(dev_to_node(host),
					gfp | zones[i] | __GFP_ZERO,
					get_order(size));
		if (!page)
			continue;
		*handle = phys_to_dma(host, page_to_phys(page));
		if (*handle + size - 1 <= limit)
			return page;
		p2psw_host_free_pages(page, size);
	}
	return NULL;
}

void p2psw_host_free_pages(struct page *page, size_t size)
{
	__free_pages(page, get_order(size));
}
