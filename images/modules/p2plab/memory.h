/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef P2PLAB_MEMORY_H
#define P2PLAB_MEMORY_H

#include <linux/dma-direction.h>
#include <linux/types.h>

struct device;
struct p2plab_map;
struct page;

/* What an API is called with once. */
struct p2plab_piece {
	struct page *page;	/* NULL for a range of a BAR */
	phys_addr_t physical;
	size_t length;
	bool peer;
	dma_addr_t dma;		/* while it is mapped, but by a list */
};

/* The segments of a request, pinned, and cut as the API takes them. */
struct p2plab_memory {
	struct page **pages;
	unsigned int page_count;
	struct p2plab_piece *pieces;
	unsigned int piece_count;
	size_t bytes;
};

/* Returns 0 or -errno; on success p2plab_memory_put() must follow. */
int p2plab_memory_get(struct p2plab_memory *memory, struct device *dev,
		      const struct p2plab_map *request);

/* @dirty: a device may have written to it. */
void p2plab_memory_put(struct p2plab_memory *memory, bool dirty);

#endif
