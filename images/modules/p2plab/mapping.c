// SPDX-License-Identifier: GPL-2.0-only
/* Maps memory for a device by the API that was asked for. */
#include <linux/dma-mapping.h>
#include <uapi/p2plab.h>

#include "mapping.h"
#include "memory.h"

static int map_list(struct p2plab_mapping *mapping, u32 *refusal)
{
	const struct p2plab_memory *memory = mapping->memory;
	struct scatterlist *sg;
	int i, ret;

	ret = sg_alloc_table(&mapping->table, memory->piece_count, GFP_KERNEL);
	if (ret)
		return ret;
	for_each_sgtable_sg(&mapping->table, sg, i) {
		const struct p2plab_piece *piece = &memory->pieces[i];

		sg_set_page(sg, piece->page, piece->length,
			    offset_in_page(piece->physical));
	}
	ret = dma_map_sgtable(mapping->dev, &mapping->table,
			      mapping->direction, 0);
	if (ret)
		sg_free_table(&mapping->table);
	*refusal = -ret;
	return 0;
}

/* dma_map_resource() is for what is no ordinary memory. */
static bool is_resource(const struct p2plab_mapping *mapping,
			const struct p2plab_piece *piece)
{
	return mapping->api == P2PLAB_API_RESOURCE && piece->peer;
}

static void unmap_pieces(struct p2plab_mapping *mapping, unsigned int count)
{
	while (count--) {
		const struct p2plab_piece *piece =
			&mapping->memory->pieces[count];

		if (is_resource(mapping, piece))
			dma_unmap_resource(mapping->dev, piece->dma,
					   piece->length, mapping->direction,
					   0);
		else
			dma_unmap_page(mapping->dev, piece->dma, piece->length,
				       mapping->direction);
	}
}

static int map_pieces(struct p2plab_mapping *mapping)
{
	const struct p2plab_memory *memory = mapping->memory;
	unsigned int i;

	for (i = 0; i < memory->piece_count; i++) {
		struct p2plab_piece *piece = &memory->pieces[i];

		if (is_resource(mapping, piece))
			piece->dma = dma_map_resource(mapping->dev,
						      piece->physical,
						      piece->length,
						      mapping->direction, 0);
		else
			piece->dma = dma_map_page(mapping->dev, piece->page,
						  offset_in_page(piece->physical),
						  piece->length,
						  mapping->direction);
		if (dma_mapping_error(mapping->dev, piece->dma)) {
			unmap_pieces(mapping, i);
			return -EIO;
		}
	}
	return 0;
}

int p2plab_mapping_map(struct p2plab_mapping *mapping, u32 *refusal)
{
	if (mapping->api == P2PLAB_API_SG)
		return map_list(mapping, refusal);
	*refusal = -map_pieces(mapping);
	return 0;
}

void p2plab_mapping_sync(struct p2plab_mapping *mapping)
{
	const struct p2plab_memory *memory = mapping->memory;
	unsigned int i;

	if (mapping->api == P2PLAB_API_SG) {
		dma_sync_sgtable_for_cpu(mapping->dev, &mapping->table,
					 mapping->direction);
		dma_sync_sgtable_for_device(mapping->dev, &mapping->table,
					    mapping->direction);
		return;
	}
	for (i = 0; i < memory->piece_count; i++) {
		const struct p2plab_piece *piece = &memory->pieces[i];

		/* A resource is nothing that a CPU would have cached. */
		if (is_resource(mapping, piece))
			continue;
		dma_sync_single_for_cpu(mapping->dev, piece->dma,
					piece->length, mapping->direction);
		dma_sync_single_for_device(mapping->dev, piece->dma,
					   piece->length, mapping->direction);
	}
}

void p2plab_mapping_unmap(struct p2plab_mapping *mapping)
{
	if (mapping->api == P2PLAB_API_SG) {
		dma_unmap_sgtable(mapping->dev, &mapping->table,
				  mapping->direction, 0);
		sg_free_table(&mapping->table);
		return;
	}
	unmap_pieces(mapping, mapping->memory->piece_count);
}

static void set_extent(struct p2plab_extent *extent, dma_addr_t address,
		       size_t length, u32 flags)
{
	*extent = (struct p2plab_extent) {
		.address = address,
		.length = length,
		.flags = flags,
	};
}

unsigned int p2plab_mapping_extents(struct p2plab_mapping *mapping,
				    struct p2plab_extent *extents,
				    unsigned int room)
{
	const struct p2plab_memory *memory = mapping->memory;
	struct scatterlist *sg;
	unsigned int i;

	if (mapping->api == P2PLAB_API_SG) {
		for_each_sgtable_dma_sg(&mapping->table, sg, i) {
			u32 flags = sg_dma_is_bus_address(sg) ?
					    P2PLAB_EXTENT_BUS : 0;

			if (i < room)
				set_extent(&extents[i], sg_dma_address(sg),
					   sg_dma_len(sg), flags);
		}
		return mapping->table.nents;
	}
	for (i = 0; i < min(room, memory->piece_count); i++)
		set_extent(&extents[i], memory->pieces[i].dma,
			   memory->pieces[i].length, 0);
	return memory->piece_count;
}
