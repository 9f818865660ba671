// SPDX-License-Identifier: GPL-2.0-only
/* What the DMA API debugger is there to find. */
#include <linux/dma-mapping.h>
#include <linux/errno.h>
#include <linux/pci.h>
#include <linux/scatterlist.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "ailing.h"

/* The host bridge of a q35, which has no driver. */
#define HOST_BRIDGE 0x29c0

static struct page *page;
static dma_addr_t address;

/* Maps a page of its own for a device, and has something done with that. */
static int with_page(int (*mistake)(struct device *dev))
{
	struct pci_dev *pdev = pci_get_device(PCI_VENDOR_ID_INTEL, HOST_BRIDGE, NULL);
	struct device *dev = &pdev->dev;
	int ret;

	if (!pdev)
		return -ENODEV;
	page = alloc_page(GFP_KERNEL);
	address = dma_map_page(dev, page, 0, PAGE_SIZE, DMA_FROM_DEVICE);
	ret = dma_mapping_error(dev, address);
	if (!ret)
		ret = mistake(dev);
	pci_dev_put(pdev);
	return ret;
}

static noinline int unmap_unknown(struct device *dev)
{
	dma_unmap_page(dev, 0x1000, PAGE_SIZE, DMA_FROM_DEVICE);
	return 0;
}

static noinline int unmap_half(struct device *dev)
{
	dma_unmap_page(dev, address, PAGE_SIZE / 2, DMA_FROM_DEVICE);
	return 0;
}

static noinline int unmap_turned(struct device *dev)
{
	dma_unmap_page(dev, address, PAGE_SIZE, DMA_TO_DEVICE);
	return 0;
}

static noinline int unmap_as_resource(struct device *dev)
{
	dma_free_coherent(dev, PAGE_SIZE, page_address(page), address);
	return 0;
}

static noinline int sync_beyond(struct device *dev)
{
	dma_sync_single_for_cpu(dev, address, 2 * PAGE_SIZE, DMA_FROM_DEVICE);
	return 0;
}

static noinline int sync_unknown(struct device *dev)
{
	dma_sync_single_for_cpu(dev, 0x1000, PAGE_SIZE, DMA_FROM_DEVICE);
	return 0;
}

static noinline int map_twice(struct device *dev)
{
	dma_map_page(dev, page, 0, PAGE_SIZE, DMA_FROM_DEVICE);
	return 0;
}

static noinline int map_often(struct device *dev)
{
	int i;

	for (i = 0; i < 9; i++)
		dma_map_page_attrs(dev, page, 0, PAGE_SIZE, DMA_FROM_DEVICE,
				   DMA_ATTR_SKIP_CPU_SYNC);
	return 0;
}

static noinline int map_stack(struct device *dev)
{
	char room[16];
	dma_addr_t at;

	at = dma_map_page(dev, vmalloc_to_page(room), offset_in_page(room), sizeof(room),
			  DMA_FROM_DEVICE);
	return dma_mapping_error(dev, at);
}

static noinline int map_vmalloc(struct device *dev)
{
	char *room = vmalloc(PAGE_SIZE);
	dma_addr_t at = dma_map_single(dev, room, PAGE_SIZE, DMA_TO_DEVICE);

	return dma_mapping_error(dev, at) ? 0 : -EINVAL;
}

static noinline int map_long(struct device *dev)
{
	struct scatterlist sg;

	sg_init_one(&sg, page_address(alloc_pages(GFP_KERNEL, 6)), PAGE_SIZE << 6);
	return dma_map_sg(dev, &sg, 1, DMA_TO_DEVICE) ? 0 : -EIO;
}

static noinline int map_unchecked(struct device *dev)
{
	dma_addr_t at = dma_map_page(dev, alloc_page(GFP_KERNEL), 0, PAGE_SIZE, DMA_FROM_DEVICE);

	dma_unmap_page(dev, at, PAGE_SIZE, DMA_FROM_DEVICE);
	return 0;
}

/* A driver that leaves what it mapped. */
static int leaver_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	page = alloc_page(GFP_KERNEL);
	address = dma_map_page(&pdev->dev, page, 0, PAGE_SIZE, DMA_FROM_DEVICE);
	return dma_mapping_error(&pdev->dev, address);
}

static const struct pci_device_id leaver_ids[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_INTEL, HOST_BRIDGE) },
	{ }
};

static struct pci_driver leaver = {
	.name = "ailing",
	.id_table = leaver_ids,
	.probe = leaver_probe,
};

static int leave(void)
{
	int ret = pci_register_driver(&leaver);

	if (!ret)
		pci_unregister_driver(&leaver);
	return ret;
}

#define WITH_PAGE(mistake)			\
static int mistake##_page(void)			\
{						\
	return with_page(mistake);		\
}

WITH_PAGE(unmap_unknown)
WITH_PAGE(unmap_half)
WITH_PAGE(unmap_turned)
WITH_PAGE(unmap_as_resource)
WITH_PAGE(sync_beyond)
WITH_PAGE(sync_unknown)
WITH_PAGE(map_twice)
WITH_PAGE(map_often)
WITH_PAGE(map_stack)
WITH_PAGE(map_vmalloc)
WITH_PAGE(map_long)
WITH_PAGE(map_unchecked)

const struct illness dma_illnesses[] = {
	{ "dma", unmap_unknown_page },
	{ "dma-size", unmap_half_page },
	{ "dma-direction", unmap_turned_page },
	{ "dma-function", unmap_as_resource_page },
	{ "dma-sync-beyond", sync_beyond_page },
	{ "dma-sync-unknown", sync_unknown_page },
	{ "dma-twice", map_twice_page },
	{ "dma-often", map_often_page },
	{ "dma-stack", map_stack_page },
	{ "dma-vmalloc", map_vmalloc_page },
	{ "dma-long", map_long_page },
	{ "dma-unchecked", map_unchecked_page },
	{ "dma-pending", leave },
	{ }
};
