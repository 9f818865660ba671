// SPDX-License-Identifier: GPL-2.0-only
/* Coherent memory and masks: host memory only, so all of it is the host's. */
#include "client.h"
#include "host.h"
#include "ops.h"

/*
 * The streaming mask is shared by its pointer.  The coherent one is a value,
 * which may have been set before these ops were, so it is taken at each use.
 */
static struct device *host_of(struct device *dev)
{
	struct device *host = to_client(dev)->host;

	host->coherent_dma_mask = dev->coherent_dma_mask;
	return host;
}

void *p2psw_alloc(struct device *dev, size_t size, dma_addr_t *handle,
		  gfp_t gfp, unsigned long attrs)
{
	struct device *host = host_of(dev);
	struct page *page;

	if (!p2psw_host_is_plain(to_client(dev)))
		return dma_alloc_attrs(host, size, handle, gfp, attrs);
	page = p2psw_host_alloc_pages(to_client(dev), size, handle, gfp);
	return page ? page_address(page) : NULL;
}

void p2psw_free(struct device *dev, size_t size, void *cpu_addr,
		dma_addr_t handle, unsigned long attrs)
{
	if (p2psw_host_is_plain(to_client(dev)))
		p2psw_host_free_pages(virt_to_page(cpu_addr), size);
	else
		dma_free_attrs(host_of(dev), size, cpu_addr, handle, attrs);
}

struct page *p2psw_alloc_pages(struct device *dev, size_t size,
			       dma_addr_t *handle,
			       enum dma_data_direction dir, gfp_t gfp)
{
	struct device *host = host_of(dev);

	if (p2psw_host_is_plain(to_client(dev)))
		return p2psw_host_alloc_pages(to_client(dev), size, handle, gfp);
	return dma_alloc_pages(host, size, handle, dir, gfp);
}

void p2psw_free_pages(struct device *dev, size_t size, struct page *page,
		      dma_addr_t handle, enum dma_data_direction dir)
{
	if (p2psw_host_is_plain(to_client(dev)))
		p2psw_host_free_pages(page, size);
	else
		dma_free_pages(host_of(dev), size, page, handle, dir);
}

int p2psw_mmap(struct device *dev, struct vm_area_struct *vma, void *cpu_addr,
	       dma_addr_t handle, size_t size, unsigned long attrs)
{
	return dma_mmap_attrs(host_of(dev), vma, cpu_addr, handle, size, attrs);
}

int p2psw_get_sgtable(struct device *dev, struct sg_table *sgt,
		      void *cpu_addr, dma_addr_t handle, size_t size,
		      unsigned long attrs)
{
	return dma_get_sgtable_attrs(host_of(dev), sgt, cpu_addr, handle, size,
				     attrs);
}

/* The coherent mask is the one that can be tried without setting another. */
int p2psw_dma_supported(struct device *dev, u64 mask)
{
	return !dma_set_coherent_mask(to_client(dev)->host, mask);
}

u64 p2psw_get_required_mask(struct device *dev)
{
	return dma_get_required_mask(host_of(dev));
}

size_t p2psw_max_mapping_size(struct device *dev)
{
	return dma_max_mapping_size(host_of(dev));
}
