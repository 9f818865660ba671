/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef P2PDMA_SWITCH_ROUTE_H
#define P2PDMA_SWITCH_ROUTE_H

#include <linux/types.h>

struct client;
struct pci_dev;

/* How a client's requests get to a peer's memory; as pci_p2pdma_map_type. */
enum route_type {
	ROUTE_NONE,		/* no such peer is known: not a peer's memory */
	ROUTE_REFUSED,
	ROUTE_HOST_BRIDGE,
	ROUTE_BUS_ADDR,
};

/*
 * Adds the routes from @client to the BARs of @provider, or removes them.
 * Callers serialize all three.
 */
int p2psw_route_add(struct client *client, struct pci_dev *provider);
void p2psw_route_remove(struct client *client, struct pci_dev *provider);
void p2psw_route_remove_all(struct client *client);

/*
 * The way from @client to the physical range, and for ROUTE_BUS_ADDR the
 * range's address on the bus.  May be called in any context.
 */
enum route_type p2psw_route_find(struct client *client, phys_addr_t phys,
				 size_t size, dma_addr_t *bus);

/*
 * Whether @addr lies in a window of the client's host bridge, and so is the
 * bus address of a peer: host memory has none there.
 */
bool p2psw_is_peer_address(struct client *client, dma_addr_t addr);

#endif
