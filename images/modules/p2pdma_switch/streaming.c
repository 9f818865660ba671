// SPDX-License-Identifier: GPL-2.0-only
/* Streaming mappings: a peer's memory by its bus address, or as the host does. */
#include <linux/memremap.h>
#include <linux/scatterlist.h>

#include "client.h"
#include "counters.h"
#include "host.h"
#include "ops.h"
#include "route.h"

/*
 * The way to a peer; anything that cannot be used is ROUTE_REFUSED.  A page of
 * P2PDMA memory that no known peer has (@must_be_peer) cannot be used either.
 */
static enum route_type find_peer(struct device *dev, phys_addr_t phys,
				 size_t size, bool must_be_peer,
				 dma_addr_t *bus)
{
	enum route_type type = p2psw_route_find(to_client(dev), phys, size, bus);

	if (type == ROUTE_NONE && must_be_peer)
		type = ROUTE_REFUSED;
	if (type == ROUTE_BUS_ADDR && *bus + size - 1 > dma_get_mask(dev))
		type = ROUTE_REFUSED;
	if (type == ROUTE_REFUSED) {
		count(REFUSED);
		dev_warn_ratelimited(dev,
				     "p2pdma_switch: cannot reach the peer memory at %pap\n",
				     &phys);
	}
	return type;
}

dma_addr_t p2psw_map_page(struct device *dev, struct page *page,
			  unsigned long offset, size_t size,
			  enum dma_data_direction dir, unsigned long attrs)
{
	enum route_type type = ROUTE_NONE;
	dma_addr_t addr;

	if (is_pci_p2pdma_page(page))
		type = find_peer(dev, page_to_phys(page) + offset, size, true,
				 &addr);
	if (type == ROUTE_REFUSED)
		return DMA_MAPPING_ERROR;
	if (type != ROUTE_BUS_ADDR)
		addr = p2psw_host_map_page(to_client(dev), page, offset, size, dir,
					   attrs);
	if (addr == DMA_MAPPING_ERROR)
		return addr;

	if (type == ROUTE_NONE) {
		count(MAP_PAGE_HOST);
	} else {
		count(MAP_PAGE_PEER);
		p2psw_count_add(MAP_PAGE_PEER_BYTES, size);
	}
	return addr;
}

void p2psw_unmap_page(struct device *dev, dma_addr_t addr, size_t size,
		      enum dma_data_direction dir, unsigned long attrs)
{
	struct client *client = to_client(dev);

	if (p2psw_is_peer_address(client, addr)) {
		count(UNMAP_PEER);
		return;
	}
	p2psw_host_unmap_page(client, addr, size, dir, attrs);
	count(UNMAP_HOST);
}

void p2psw_unmap_sg(struct device *dev, struct scatterlist *sgl, int nents,
		    enum dma_data_direction dir, unsigned long attrs)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, nents, i) {
		p2psw_unmap_page(dev, sg_dma_address(sg), sg_dma_len(sg), dir,
				 attrs);
		if (sg_dma_is_bus_address(sg))
			sg_dma_unmark_bus_address(sg);
	}
}

static int map_segment(struct device *dev, struct scatterlist *sg,
		       enum dma_data_direction dir, unsigned long attrs)
{
	enum route_type type = ROUTE_NONE;
	dma_addr_t addr;

	if (is_pci_p2pdma_page(sg_page(sg)))
		type = find_peer(dev, sg_phys(sg), sg->length, true, &addr);
	if (type == ROUTE_REFUSED)
		return -EREMOTEIO;
	if (type != ROUTE_BUS_ADDR)
		addr = p2psw_host_map_page(to_client(dev), sg_page(sg), sg->offset,
					   sg->length, dir, attrs);
	if (addr == DMA_MAPPING_ERROR)
		return -EIO;

	sg->dma_address = addr;
	sg_dma_len(sg) = sg->length;
	if (type == ROUTE_BUS_ADDR)
		sg_dma_mark_bus_address(sg);
	if (type == ROUTE_NONE) {
		count(MAP_SG_HOST);
	} else {
		count(MAP_SG_PEER);
		p2psw_count_add(MAP_SG_PEER_BYTES, sg->length);
	}
	return 0;
}

int p2psw_map_sg(struct device *dev, struct scatterlist *sgl, int nents,
		 enum dma_data_direction dir, unsigned long attrs)
{
	struct scatterlist *sg;
	int i, ret;

	for_each_sg(sgl, sg, nents, i) {
		ret = map_segment(dev, sg, dir, attrs);
		if (ret) {
			p2psw_unmap_sg(dev, sgl, i, dir,
				       attrs | DMA_ATTR_SKIP_CPU_SYNC);
			return ret;
		}
	}
	return nents;
}

dma_addr_t p2psw_map_resource(struct device *dev, phys_addr_t phys,
			      size_t size, enum dma_data_direction dir,
			      unsigned long attrs)
{
	dma_addr_t addr;
	enum route_type type = find_peer(dev, phys, size, false, &addr);

	if (type == ROUTE_REFUSED)
		return DMA_MAPPING_ERROR;
	if (type != ROUTE_BUS_ADDR)
		addr = p2psw_host_map_resource(to_client(dev), phys, size);
	if (addr == DMA_MAPPING_ERROR)
		return addr;

	if (type == ROUTE_NONE) {
		count(MAP_RESOURCE_HOST);
	} else {
		count(MAP_RESOURCE_PEER);
		p2psw_count_add(MAP_RESOURCE_PEER_BYTES, size);
	}
	return addr;
}

void p2psw_unmap_resource(struct device *dev, dma_addr_t addr, size_t size,
			  enum dma_data_direction dir, unsigned long attrs)
{
	/* Whatever it is, an address was all there was to it. */
	count(p2psw_is_peer_address(to_client(dev), addr) ? UNMAP_PEER : UNMAP_HOST);
}

void p2psw_sync_for_cpu(struct device *dev, dma_addr_t addr, size_t size,
			enum dma_data_direction dir)
{
	struct client *client = to_client(dev);

	if (!p2psw_is_peer_address(client, addr))
		p2psw_host_sync_for_cpu(client, addr, size, dir);
}

void p2psw_sync_for_device(struct device *dev, dma_addr_t addr, size_t size,
			   enum dma_data_direction dir)
{
	struct client *client = to_client(dev);

	if (!p2psw_is_peer_address(client, addr))
		p2psw_host_sync_for_device(client, addr, size, dir);
}

void p2psw_sync_sg_for_cpu(struct device *dev, struct scatterlist *sgl,
			   int nents, enum dma_data_direction dir)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, nents, i)
		p2psw_sync_for_cpu(dev, sg_dma_address(sg), sg_dma_len(sg),
				   dir);
}

void p2psw_sync_sg_for_device(struct device *dev, struct scatterlist *sgl,
			      int nents, enum dma_data_direction dir)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, nents, i)
		p2psw_sync_for_device(dev, sg_dma_address(sg), sg_dma_len(sg),
				      dir);
}
