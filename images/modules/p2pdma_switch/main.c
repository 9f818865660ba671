// SPDX-License-Identifier: GPL-2.0-only
/*
 * p2pdma_switch: a software IOMMU at a PCIe switch.
 *
 * Every endpoint that binds a driver below a switch's upstream port gets
 * dma_map_ops which know the bus addresses of its peers, so that any mapping
 * of a peer's memory works, also the dma_map_page() of a network driver.
 * Proposed by Dan Williams in 2017 in the thread "Enabling peer to peer DMA".
 *
 * A device that has a driver when this module is loaded is not touched, for it
 * may have mappings: unbind and bind it.
 *
 * Unloading it is refused (EAGAIN) as long as a device has its ops, which is
 * as long as the device has the driver that it was bound to under them: only
 * the driver knows what it has mapped.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "client.h"
#include "route.h"

/* A function with a driver: it may provide memory, and may be a client. */
struct peer {
	struct list_head list;
	struct pci_dev *pdev;
	struct client *client;
};

static DEFINE_MUTEX(peers_lock);
static LIST_HEAD(peers);
static LIST_HEAD(clients);

static struct peer *find_peer(struct pci_dev *pdev)
{
	struct peer *peer;

	list_for_each_entry(peer, &peers, list) {
		if (peer->pdev == pdev)
			return peer;
	}
	return NULL;
}

/* Without a route the peer is refused: worse, but never wrong. */
static void connect(struct client *client, struct pci_dev *provider)
{
	if (p2psw_route_add(client, provider))
		pci_warn(client->pdev, "no memory for a route to %s\n",
			 pci_name(provider));
}

static void hook(struct peer *peer)
{
	struct pci_dev *pdev = peer->pdev;
	struct client *client = p2psw_client_create(pdev);
	struct peer *provider;

	if (!client)
		return;
	list_for_each_entry(provider, &peers, list)
		connect(client, provider->pdev);
	list_add(&client->list, &clients);
	peer->client = client;

#ifdef CONFIG_DMA_NEED_SYNC
	/* An earlier driver's, without ops; not all drivers set a mask. */
	pdev->dev.dma_skip_sync = false;
#endif
	set_dma_ops(&pdev->dev, &client->ops);
	pci_info(pdev, "p2pdma_switch: host memory through %s\n",
		 pci_name(client->upstream));
}

static void unhook(struct peer *peer)
{
	struct client *client = peer->client;

	if (!client)
		return;
	set_dma_ops(&peer->pdev->dev, NULL);
	list_del(&client->list);
	p2psw_route_remove_all(client);
	p2psw_client_destroy(client);
}

static void add_peer(struct pci_dev *pdev, bool may_hook)
{
	struct client *client;
	struct peer *peer;

	if (pdev->hdr_type != PCI_HEADER_TYPE_NORMAL)
		return;

	guard(mutex)(&peers_lock);
	if (find_peer(pdev))
		return;
	peer = kzalloc(sizeof(*peer), GFP_KERNEL);
	if (!peer)
		return;
	peer->pdev = pci_dev_get(pdev);
	list_for_each_entry(client, &clients, list)
		connect(client, pdev);
	list_add(&peer->list, &peers);
	if (may_hook)
		hook(peer);
}

/*
 * By now the driver has gone, and with it every mapping it made and, as
 * memunmap_pages() waits for its users, every page that it provided.
 */
static void remove_peer(struct pci_dev *pdev)
{
	struct client *client;
	struct peer *peer;

	guard(mutex)(&peers_lock);
	peer = find_peer(pdev);
	if (!peer)
		return;
	unhook(peer);
	list_for_each_entry(client, &clients, list)
		p2psw_route_remove(client, pdev);
	list_del(&peer->list);
	pci_dev_put(pdev);
	kfree(peer);
}

/*
 * BIND_DRIVER comes after dma_configure() and before the probe, UNBOUND_DRIVER
 * after the device's managed resources are freed.  When a probe fails they
 * are freed after DRIVER_NOT_BOUND, then by dma-direct: all the same, since
 * what they hold came from dma-direct through the upstream port.
 */
static int switch_notify(struct notifier_block *block, unsigned long action,
			 void *data)
{
	struct pci_dev *pdev = to_pci_dev(data);

	switch (action) {
	case BUS_NOTIFY_BIND_DRIVER:
		add_peer(pdev, true);
		break;
	case BUS_NOTIFY_UNBOUND_DRIVER:
	case BUS_NOTIFY_DRIVER_NOT_BOUND:
		remove_peer(pdev);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block switch_notifier = {
	.notifier_call = switch_notify,
};

static int __init switch_init(void)
{
	struct pci_dev *pdev = NULL;
	int ret;

	ret = bus_register_notifier(&pci_bus_type, &switch_notifier);
	if (ret)
		return ret;

	for_each_pci_dev(pdev) {
		device_lock(&pdev->dev);
		if (pdev->dev.driver)
			add_peer(pdev, false);
		device_unlock(&pdev->dev);
	}
	return 0;
}
module_init(switch_init);

/* No clients are left: each holds a reference to the module. */
static void __exit switch_exit(void)
{
	struct peer *peer, *next;

	bus_unregister_notifier(&pci_bus_type, &switch_notifier);
	list_for_each_entry_safe(peer, next, &peers, list) {
		pci_dev_put(peer->pdev);
		kfree(peer);
	}
}
module_exit(switch_exit);

MODULE_DESCRIPTION("Peer-to-peer DMA below a PCIe switch by dma_map_ops");
MODULE_LICENSE("GPL");
