// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory of a request: user pages, which may be those of a P2PDMA
 * provider, and ranges of BARs.
 */
#include <linux/dma-mapping.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <uapi/p2plab.h>

#include "function.h"
#include "memory.h"

#define MAX_SEGMENTS 64

static struct p2plab_piece *add_piece(struct p2plab_memory *memory,
				      phys_addr_t physical, size_t length)
{
	struct p2plab_piece *piece;

	if (memory->piece_count == P2PLAB_MAX_EXTENTS)
		return NULL;
	piece = &memory->pieces[memory->piece_count++];
	piece->physical = physical;
	piece->length = length;
	memory->bytes += length;
	return piece;
}

static int add_page_piece(struct p2plab_memory *memory, struct page *page,
			  unsigned int offset, size_t length)
{
	struct p2plab_piece *piece;

	piece = add_piece(memory, page_to_phys(page) + offset, length);
	if (!piece)
		return -EMSGSIZE;
	piece->page = page;
	piece->peer = is_pci_p2pdma_page(page);
	return 0;
}

/* As NIC drivers do with the fragments of a frame. */
static int cut_by_page(struct p2plab_memory *memory, struct page **pages,
		       unsigned int offset, size_t length)
{
	while (length) {
		size_t size = min(length, PAGE_SIZE - offset);
		int ret = add_page_piece(memory, *pages++, offset, size);

		if (ret)
			return ret;
		length -= size;
		offset = 0;
	}
	return 0;
}

/* As drivers do that build lists: neighbours become one entry. */
static int cut_by_run(struct p2plab_memory *memory, struct device *dev,
		      struct page **pages, unsigned int page_count,
		      unsigned int offset, size_t length)
{
	unsigned int longest = dma_get_max_seg_size(dev) & PAGE_MASK;
	struct scatterlist *sg;
	struct sg_table table;
	int i, ret;

	ret = sg_alloc_table_from_pages_segment(&table, pages, page_count,
						offset, length,
						longest ?: PAGE_SIZE,
						GFP_KERNEL);
	if (ret)
		return ret;
	for_each_sgtable_sg(&table, sg, i) {
		ret = add_page_piece(memory, sg_page(sg), sg->offset,
				     sg->length);
		if (ret)
			break;
	}
	sg_free_table(&table);
	return ret;
}

/* FOLL_LONGTERM does not go with FOLL_PCI_P2PDMA, see is_valid_gup_args(). */
static int add_user(struct p2plab_memory *memory, struct device *dev,
		    const struct p2plab_segment *segment,
		    const struct p2plab_map *request)
{
	unsigned int offset = offset_in_page(segment->address);
	unsigned int flags = FOLL_PCI_P2PDMA;
	struct page **pages = memory->pages + memory->page_count;
	int want, got;

	if (segment->bar)
		return -EINVAL;
	if (segment->length > (size_t)P2PLAB_MAX_EXTENTS * PAGE_SIZE)
		return -EMSGSIZE;
	want = DIV_ROUND_UP(offset + segment->length, PAGE_SIZE);
	if (memory->page_count + want > P2PLAB_MAX_EXTENTS)
		return -EMSGSIZE;
	if (request->direction & P2PLAB_FROM_DEVICE)
		flags |= FOLL_WRITE;

	got = pin_user_pages_fast(segment->address & PAGE_MASK, want, flags,
				  pages);
	memory->page_count += max(got, 0);
	if (got != want)
		return -EFAULT;
	if (request->api == P2PLAB_API_PAGE)
		return cut_by_page(memory, pages, offset, segment->length);
	return cut_by_run(memory, dev, pages, want, offset, segment->length);
}

static int add_bar(struct p2plab_memory *memory,
		   const struct p2plab_segment *segment,
		   const struct p2plab_map *request)
{
	struct p2plab_piece *piece;
	struct pci_dev *provider;
	int ret = -EINVAL;

	if (request->api != P2PLAB_API_RESOURCE ||
	    segment->bar >= PCI_STD_NUM_BARS)
		return -EINVAL;
	provider = p2plab_function(segment->provider);
	if (!provider)
		return -ENODEV;
	if (pci_resource_flags(provider, segment->bar) & IORESOURCE_MEM &&
	    segment->address < pci_resource_len(provider, segment->bar)) {
		piece = add_piece(memory,
				  pci_resource_start(provider, segment->bar) +
					  segment->address,
				  segment->length);
		if (piece)
			piece->peer = true;
		ret = piece ? 0 : -EMSGSIZE;
	}
	pci_dev_put(provider);
	return ret;
}

static int add_segments(struct p2plab_memory *memory, struct device *dev,
			const struct p2plab_map *request)
{
	const struct p2plab_segment __user *segments;
	struct p2plab_segment segment;
	int ret = 0;
	u32 i;

	segments = u64_to_user_ptr(request->segments);
	for (i = 0; !ret && i < request->segment_count; i++) {
		if (copy_from_user(&segment, segments + i, sizeof(segment)))
			return -EFAULT;
		/* More than this is no length, and sums would overflow. */
		if (!segment.length || segment.length > SZ_1G)
			return -EINVAL;
		if (segment.provider == P2PLAB_NO_FUNCTION)
			ret = add_user(memory, dev, &segment, request);
		else
			ret = add_bar(memory, &segment, request);
	}
	return ret;
}

int p2plab_memory_get(struct p2plab_memory *memory, struct device *dev,
		      const struct p2plab_map *request)
{
	int ret = -ENOMEM;

	if (!request->segment_count || request->segment_count > MAX_SEGMENTS)
		return -EINVAL;
	*memory = (struct p2plab_memory) {
		.pages = kvcalloc(P2PLAB_MAX_EXTENTS, sizeof(*memory->pages),
				  GFP_KERNEL),
		.pieces = kvcalloc(P2PLAB_MAX_EXTENTS, sizeof(*memory->pieces),
				   GFP_KERNEL),
	};
	if (memory->pages && memory->pieces)
		ret = add_segments(memory, dev, request);
	if (ret)
		p2plab_memory_put(memory, false);
	return ret;
}

void p2plab_memory_put(struct p2plab_memory *memory, bool dirty)
{
	if (memory->page_count)
		unpin_user_pages_dirty_lock(memory->pages, memory->page_count,
					    dirty);
	kvfree(memory->pages);
	kvfree(memory->pieces);
}
