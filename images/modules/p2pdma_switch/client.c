// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-map-ops.h>
#include <linux/iommu-dma.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "client.h"

/* The switch next to the root port: its upstream port reaches the host. */
static struct pci_dev *find_upstream_port(struct pci_dev *pdev)
{
	struct pci_dev *bridge, *found = NULL;

	for (bridge = pci_upstream_bridge(pdev); bridge;
	     bridge = pci_upstream_bridge(bridge)) {
		if (pci_is_pcie(bridge) &&
		    pci_pcie_type(bridge) == PCI_EXP_TYPE_UPSTREAM)
			found = bridge;
	}
	return found;
}

static void host_release(struct device *host)
{
	kfree(host);
}

/*
 * A port has one DMA mask, but its endpoints have one each.  So every client
 * has a device of its own there: the port's limits, the endpoint's masks.  It
 * shares the streaming mask by its pointer; see coherent.c for the coherent one.
 * It is never added to the driver core, for nothing but the DMA API sees it.
 */
static struct device *host_create(struct pci_dev *pdev,
				  struct pci_dev *upstream)
{
	struct device *host = kzalloc(sizeof(*host), GFP_KERNEL);

	if (!host)
		return NULL;
	device_initialize(host);
	host->release = host_release;
	host->parent = &upstream->dev;
	host->dma_mask = pdev->dev.dma_mask;
	host->coherent_dma_mask = pdev->dev.coherent_dma_mask;
	host->bus_dma_limit = upstream->dev.bus_dma_limit;
	host->dma_range_map = upstream->dev.dma_range_map;
#ifdef CONFIG_SWIOTLB
	host->dma_io_tlb_mem = upstream->dev.dma_io_tlb_mem;
#endif
#if defined(CONFIG_ARCH_HAS_SYNC_DMA_FOR_DEVICE) || \
	defined(CONFIG_ARCH_HAS_SYNC_DMA_FOR_CPU) || \
	defined(CONFIG_ARCH_HAS_SYNC_DMA_FOR_CPU_ALL)
	host->dma_coherent = pdev->dev.dma_coherent;
#endif
	set_dev_node(host, dev_to_node(&pdev->dev));
	if (dev_set_name(host, "%s.%s", pci_name(upstream), pci_name(pdev))) {
		put_device(host);
		return NULL;
	}
	return host;
}

static void host_destroy(struct device *host)
{
	host->dma_range_map = NULL;	/* device_release() would free it */
	put_device(host);
}

static bool can_be_client(struct pci_dev *pdev)
{
	/* The DMA core asks the IOMMU before it asks any dma_map_ops. */
	if (use_dma_iommu(&pdev->dev)) {
		pci_info(pdev, "p2pdma_switch: an IOMMU translates, left alone\n");
		return false;
	}
	if (get_dma_ops(&pdev->dev)) {
		pci_info(pdev, "p2pdma_switch: has dma_map_ops, left alone\n");
		return false;
	}
	return true;
}

struct client *p2psw_client_create(struct pci_dev *pdev)
{
	struct pci_dev *upstream = find_upstream_port(pdev);
	struct client *client;

	if (!upstream || !can_be_client(pdev))
		return NULL;

	/* While a device has our ops, our text must stay. */
	if (!try_module_get(THIS_MODULE))
		return NULL;
	client = kmemdup(&p2psw_client_template, sizeof(*client), GFP_KERNEL);
	if (!client)
		goto put_module;
	client->host = host_create(pdev, upstream);
	if (!client->host)
		goto free_client;

	client->pdev = pci_dev_get(pdev);
	client->upstream = pci_dev_get(upstream);
	client->bridge = pci_find_host_bridge(pdev->bus);
	INIT_LIST_HEAD(&client->routes);
	return client;

free_client:
	kfree(client);
put_module:
	module_put(THIS_MODULE);
	pci_warn(pdev, "p2pdma_switch: no memory, left alone\n");
	return NULL;
}

void p2psw_client_destroy(struct client *client)
{
	host_destroy(client->host);
	pci_dev_put(client->upstream);
	pci_dev_put(client->pdev);
	kfree(client);
	module_put(THIS_MODULE);
}
