/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef P2PDMA_SWITCH_CLIENT_H
#define P2PDMA_SWITCH_CLIENT_H

#include <linux/container_of.h>
#include <linux/dma-map-ops.h>
#include <linux/list.h>
#include <linux/pci.h>

/**
 * struct client - an endpoint below a switch whose mappings are ours
 * @ops: this client's own copy, so that its device leads back to it
 * @list: in the list of all clients
 * @pdev: the endpoint
 * @upstream: the switch's upstream port, through which it reaches the host
 * @bridge: the host bridge above
 * @host: stands for @pdev at @upstream; host memory is mapped through it
 * @routes: to every peer's memory, under RCU
 */
struct client {
	const struct dma_map_ops ops;
	struct list_head list;
	struct pci_dev *pdev;
	struct pci_dev *upstream;
	struct pci_host_bridge *bridge;
	struct device *host;
	struct list_head routes;
};

static inline struct client *to_client(struct device *dev)
{
	return container_of(dev->dma_ops, struct client, ops);
}

/* A client with nothing but its ops, see ops.c. */
extern const struct client p2psw_client_template;

/* NULL with a word in the log if @pdev cannot be a client or need not be. */
struct client *p2psw_client_create(struct pci_dev *pdev);

void p2psw_client_destroy(struct client *client);

#endif
