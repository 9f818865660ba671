// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asks the DMA API what a device would be given for some memory, and asks
 * p2pdma how far two functions are apart.
 */
#include <linux/dma-mapping.h>
#include <linux/pci-p2pdma.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "edu.h"
#include "function.h"
#include "mapping.h"
#include "memory.h"
#include "probe.h"

static const enum dma_data_direction directions[] = {
	[P2PLAB_TO_DEVICE] = DMA_TO_DEVICE,
	[P2PLAB_FROM_DEVICE] = DMA_FROM_DEVICE,
	[P2PLAB_BOTH_WAYS] = DMA_BIDIRECTIONAL,
};

static int copy_extents(u64 to, const struct p2plab_extent *extents,
			unsigned int count)
{
	if (copy_to_user(u64_to_user_ptr(to), extents,
			 count * sizeof(*extents)))
		return -EFAULT;
	return 0;
}

static int return_pieces(struct p2plab_map *request,
			 const struct p2plab_memory *memory,
			 struct p2plab_extent *extents)
{
	unsigned int i;

	if (memory->piece_count > request->room)
		return -EMSGSIZE;
	for (i = 0; i < memory->piece_count; i++) {
		const struct p2plab_piece *piece = &memory->pieces[i];

		extents[i] = (struct p2plab_extent) {
			.address = piece->physical,
			.length = piece->length,
			.flags = piece->peer ? P2PLAB_EXTENT_PEER : 0,
		};
	}
	request->piece_count = memory->piece_count;
	return copy_extents(request->pieces, extents, memory->piece_count);
}

static int return_mappings(struct p2plab_map *request,
			   struct p2plab_mapping *mapping,
			   struct p2plab_extent *extents)
{
	unsigned int count = p2plab_mapping_extents(mapping, extents,
						    request->room);

	if (count > request->room)
		return -EMSGSIZE;
	request->mapping_count = count;
	return copy_extents(request->mappings, extents, count);
}

static int ask(struct p2plab_map *request, struct device *dev,
	       struct p2plab_memory *memory, bool move)
{
	struct p2plab_mapping mapping = {
		.dev = dev,
		.memory = memory,
		.api = request->api,
		.direction = directions[request->direction],
	};
	struct p2plab_extent *extents;
	int ret;

	extents = kvcalloc(request->room, sizeof(*extents), GFP_KERNEL);
	if (!extents)
		return -ENOMEM;
	ret = return_pieces(request, memory, extents);
	if (ret)
		goto free;

	request->mapping_count = 0;
	ret = p2plab_mapping_map(&mapping, &request->refusal);
	if (ret || request->refusal)
		goto free;
	p2plab_mapping_sync(&mapping);
	ret = return_mappings(request, &mapping, extents);
	if (!ret && move)
		ret = p2plab_edu_move(dev, extents, request);
	p2plab_mapping_unmap(&mapping);
	if (!ret && move && request->flags & P2PLAB_MOVE_AFTER_UNMAP)
		ret = p2plab_edu_move(dev, extents, request);
free:
	kvfree(extents);
	return ret;
}

static int ask_pinned(struct p2plab_map *request, struct device *dev,
		      bool move)
{
	struct p2plab_memory memory;
	int ret;

	ret = p2plab_memory_get(&memory, dev, request);
	if (ret)
		return ret;
	if (move && memory.bytes > P2PLAB_EDU_BUFFER)
		ret = -EMSGSIZE;
	else
		ret = ask(request, dev, &memory, move);
	p2plab_memory_put(&memory,
			  move && request->direction == P2PLAB_FROM_DEVICE);
	return ret;
}

/* A driver would not expect its mask to change. */
static int ask_masked(struct p2plab_map *request, struct device *dev,
		      bool move)
{
	u64 mask;
	int ret;

	if (!dev->dma_mask || !*dev->dma_mask)
		return -ENXIO;
	if (!request->mask_bits)
		return ask_pinned(request, dev, move);
	if (dev->driver)
		return -EBUSY;
	mask = *dev->dma_mask;
	ret = dma_set_mask(dev, DMA_BIT_MASK(request->mask_bits));
	if (ret)
		return ret;
	ret = ask_pinned(request, dev, move);
	*dev->dma_mask = mask;
	return ret;
}

static bool makes_sense(const struct p2plab_map *request, bool move)
{
	if (request->api < P2PLAB_API_SG || request->api > P2PLAB_API_RESOURCE)
		return false;
	if (request->direction < P2PLAB_TO_DEVICE ||
	    request->direction > P2PLAB_BOTH_WAYS)
		return false;
	if (move && request->direction == P2PLAB_BOTH_WAYS)
		return false;
	if (request->reserved || request->flags & ~P2PLAB_MOVE_AFTER_UNMAP)
		return false;
	if (request->flags &&
	    (!move || request->direction != P2PLAB_TO_DEVICE))
		return false;
	return request->mask_bits <= 64 && request->room &&
	       request->room <= P2PLAB_MAX_EXTENTS;
}

int p2plab_probe(struct p2plab_map *request, bool move,
		 struct device *maskless)
{
	struct pci_dev *pdev;
	int ret = -EBUSY;

	if (!makes_sense(request, move))
		return -EINVAL;
	if (request->initiator == P2PLAB_NO_FUNCTION)
		return ask_masked(request, maskless, move);
	pdev = p2plab_function(request->initiator);
	if (!pdev)
		return -ENODEV;
	/*
	 * Neither binding nor unbinding may come in between.  Nor wait for
	 * them: unbinding a provider waits until nobody has its pages.
	 */
	if (device_trylock(&pdev->dev)) {
		ret = ask_masked(request, &pdev->dev, move);
		device_unlock(&pdev->dev);
	}
	pci_dev_put(pdev);
	return ret;
}

int p2plab_measure(struct p2plab_distance *request)
{
	struct pci_dev *provider = p2plab_function(request->provider);
	struct pci_dev *client = p2plab_function(request->client);
	struct device *dev;
	int ret = -ENODEV;

	if (provider && client) {
		dev = &client->dev;
		request->distance =
			pci_p2pdma_distance_many(provider, &dev, 1, false);
		ret = 0;
	}
	pci_dev_put(client);
	pci_dev_put(provider);
	return ret;
}
