// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings are made in atomic context, where neither the bus can be walked nor
 * the map type cache of p2pdma.c be filled safely.  So every way is worked out
 * when a driver is about to bind, and only looked up afterwards.
 */
#include <linux/pci-p2pdma.h>
#include <linux/range.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#include "client.h"
#include "route.h"

struct route {
	struct list_head list;
	struct rcu_head rcu;
	struct pci_dev *provider;	/* to be compared, not followed */
	enum route_type type;
	struct range phys;
	pci_bus_addr_t bus;
};

static bool acs_redirects(struct pci_dev *pdev)
{
	u16 ctrl = 0;

	if (!pdev->acs_cap)
		return false;
	pci_read_config_word(pdev, pdev->acs_cap + PCI_ACS_CTRL, &ctrl);
	return ctrl & (PCI_ACS_RR | PCI_ACS_CR | PCI_ACS_EC);
}

static bool is_at_or_above(struct pci_dev *bridge, struct pci_dev *pdev)
{
	while (pdev && pdev != bridge)
		pdev = pci_upstream_bridge(pdev);
	return pdev;
}

/*
 * A bus address gets there if there is a bridge above both and no function on
 * the way redirects.  pci_p2pdma_distance() knows the rest, but does not tell
 * these two ways apart.
 */
static enum route_type find_type(struct pci_dev *client,
				 struct pci_dev *provider)
{
	struct pci_dev *common, *bridge;
	bool redirects = false;

	for (common = provider; common; common = pci_upstream_bridge(common)) {
		redirects |= acs_redirects(common);
		if (is_at_or_above(common, client))
			break;
	}
	for (bridge = client; bridge && bridge != common;
	     bridge = pci_upstream_bridge(bridge))
		redirects |= acs_redirects(bridge);

	if (common && !redirects)
		return ROUTE_BUS_ADDR;
	if (pci_p2pdma_distance(provider, &client->dev, false) >= 0)
		return ROUTE_HOST_BRIDGE;
	return ROUTE_REFUSED;
}

int p2psw_route_add(struct client *client, struct pci_dev *provider)
{
	enum route_type type = find_type(client->pdev, provider);
	struct route *route;
	int bar;

	for (bar = 0; bar < PCI_STD_NUM_BARS; bar++) {
		if (!(pci_resource_flags(provider, bar) & IORESOURCE_MEM) ||
		    !pci_resource_len(provider, bar))
			continue;
		route = kzalloc(sizeof(*route), GFP_KERNEL);
		if (!route) {
			p2psw_route_remove(client, provider);
			return -ENOMEM;
		}
		route->provider = provider;
		route->type = type;
		route->phys.start = pci_resource_start(provider, bar);
		route->phys.end = pci_resource_end(provider, bar);
		route->bus = pci_bus_address(provider, bar);
		list_add_rcu(&route->list, &client->routes);
	}
	return 0;
}

/* All of them if @provider is NULL. */
static void remove_matching(struct client *client, struct pci_dev *provider)
{
	struct route *route, *next;

	list_for_each_entry_safe(route, next, &client->routes, list) {
		if (provider && route->provider != provider)
			continue;
		list_del_rcu(&route->list);
		kfree_rcu(route, rcu);
	}
}

void p2psw_route_remove(struct client *client, struct pci_dev *provider)
{
	remove_matching(client, provider);
}

void p2psw_route_remove_all(struct client *client)
{
	remove_matching(client, NULL);
}

enum route_type p2psw_route_find(struct client *client, phys_addr_t phys,
				 size_t size, dma_addr_t *bus)
{
	enum route_type type = ROUTE_NONE;
	struct route *route;

	rcu_read_lock();
	list_for_each_entry_rcu(route, &client->routes, list) {
		if (phys < route->phys.start || phys > route->phys.end)
			continue;
		type = route->type;
		*bus = route->bus + (phys - route->phys.start);
		if (size - 1 > route->phys.end - phys)
			type = ROUTE_REFUSED;
		break;
	}
	rcu_read_unlock();
	return type;
}

bool p2psw_is_peer_address(struct client *client, dma_addr_t addr)
{
	struct resource_entry *window;

	resource_list_for_each_entry(window, &client->bridge->windows) {
		dma_addr_t start = window->res->start - window->offset;

		if (resource_type(window->res) == IORESOURCE_MEM &&
		    addr - start < resource_size(window->res))
			return true;
	}
	return false;
}
