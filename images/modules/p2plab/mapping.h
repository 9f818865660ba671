/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef P2PLAB_MAPPING_H
#define P2PLAB_MAPPING_H

#include <linux/dma-direction.h>
#include <linux/scatterlist.h>

struct p2plab_extent;
struct p2plab_memory;

/* Memory as a device sees it. */
struct p2plab_mapping {
	struct device *dev;
	struct p2plab_memory *memory;
	enum dma_data_direction direction;
	u32 api;
	struct sg_table table;	/* P2PLAB_API_SG only */
};

/*
 * Maps all pieces, or none.  Returns 0 if the API was asked, and in @refusal 0
 * or the errno that it refused with; EIO stands for DMA_MAPPING_ERROR.  Any
 * -errno returned is a failure of our own, before the API was asked.
 */
int p2plab_mapping_map(struct p2plab_mapping *mapping, u32 *refusal);

/* Gives the memory to the CPU and back to the device. */
void p2plab_mapping_sync(struct p2plab_mapping *mapping);

void p2plab_mapping_unmap(struct p2plab_mapping *mapping);

/* Fills in at most @room addresses; returns how many there are. */
unsigned int p2plab_mapping_extents(struct p2plab_mapping *mapping,
				    struct p2plab_extent *extents,
				    unsigned int room);

#endif
