// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends a frame whose payload the NIC fetches from user memory, which may be
 * memory of a P2PDMA provider.  The NIC's driver is unmodified: it maps the
 * fragments with skb_frag_dma_map(), that is dma_map_page().
 */
#include <linux/completion.h>
#include <linux/etherdevice.h>
#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/refcount.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include <net/net_namespace.h>
#include <uapi/p2plab.h>

#include "transmit.h"

#define MAX_TIMEOUT_MS 60000

/*
 * The pages of one frame.  The caller and the frame own it together, for the
 * caller may give up waiting while the driver still has the frame.
 */
struct payload {
	refcount_t owners;
	struct completion freed;
	int pinned;
	struct page *pages[MAX_SKB_FRAGS];
};

static atomic_t in_flight = ATOMIC_INIT(0);
static DECLARE_WAIT_QUEUE_HEAD(drained);

static void payload_put(struct payload *payload)
{
	if (!refcount_dec_and_test(&payload->owners))
		return;
	unpin_user_pages(payload->pages, payload->pinned);
	kfree(payload);
}

/* FOLL_LONGTERM does not go with FOLL_PCI_P2PDMA, see is_valid_gup_args(). */
static struct payload *payload_pin(u64 address, u32 length)
{
	int pages = DIV_ROUND_UP(offset_in_page(address) + length, PAGE_SIZE);
	struct payload *payload;

	if (pages > MAX_SKB_FRAGS)
		return ERR_PTR(-EMSGSIZE);
	payload = kzalloc(sizeof(*payload), GFP_KERNEL);
	if (!payload)
		return ERR_PTR(-ENOMEM);
	refcount_set(&payload->owners, 1);
	init_completion(&payload->freed);

	payload->pinned = pin_user_pages_fast(address & PAGE_MASK, pages,
					      FOLL_PCI_P2PDMA, payload->pages);
	if (payload->pinned == pages)
		return payload;
	payload->pinned = max(payload->pinned, 0);
	payload_put(payload);
	return ERR_PTR(-EFAULT);
}

/* Runs when the driver has unmapped the fragments and frees the frame. */
static void frame_freed(struct sk_buff *skb)
{
	struct payload *payload = skb_shinfo(skb)->destructor_arg;

	complete(&payload->freed);
	payload_put(payload);
	if (atomic_dec_and_test(&in_flight))
		wake_up(&drained);
}

/* Each fragment holds its page by a reference of its own, as skbs do. */
static void add_fragments(struct sk_buff *skb, struct payload *payload,
			  u64 address, u32 length)
{
	u32 offset = offset_in_page(address);
	int i;

	for (i = 0; i < payload->pinned; i++) {
		u32 size = min_t(u32, length, PAGE_SIZE - offset);

		get_page(payload->pages[i]);
		skb_add_rx_frag(skb, i, payload->pages[i], offset, size, 0);
		length -= size;
		offset = 0;
	}
}

static struct sk_buff *build_frame(struct net_device *dev,
				   struct payload *payload,
				   const struct p2plab_transmit *request)
{
	unsigned int room = LL_RESERVED_SPACE(dev);
	struct sk_buff *skb;
	struct ethhdr *eth;

	skb = alloc_skb(room + P2PLAB_HEADER_BYTES + dev->needed_tailroom,
			GFP_KERNEL);
	if (!skb)
		return NULL;

	skb_reserve(skb, room);
	skb_reset_mac_header(skb);
	eth = skb_put(skb, ETH_HLEN);
	eth_broadcast_addr(eth->h_dest);
	ether_addr_copy(eth->h_source, dev->dev_addr);
	eth->h_proto = htons(P2PLAB_ETHERTYPE);
	skb_set_network_header(skb, ETH_HLEN);
	put_unaligned_be32(request->sequence, skb_put(skb, sizeof(__be32)));

	skb->dev = dev;
	skb->protocol = htons(P2PLAB_ETHERTYPE);
	add_fragments(skb, payload, request->address, request->length);

	refcount_inc(&payload->owners);
	atomic_inc(&in_flight);
	skb_shinfo(skb)->destructor_arg = payload;
	skb->destructor = frame_freed;
	return skb;
}

/* Without NETIF_F_SG the core would linearize: the CPU would do the reading. */
static int check_device(struct net_device *dev, u32 length)
{
	if (!netif_running(dev) || !netif_carrier_ok(dev))
		return -ENETDOWN;
	if (!(dev->features & NETIF_F_SG))
		return -EOPNOTSUPP;
	if (length + sizeof(__be32) > READ_ONCE(dev->mtu))
		return -EMSGSIZE;
	return 0;
}

static int send(struct net_device *dev, struct payload *payload,
		const struct p2plab_transmit *request)
{
	struct sk_buff *skb = build_frame(dev, payload, request);

	if (!skb)
		return -ENOMEM;
	if (dev_queue_xmit(skb) != NET_XMIT_SUCCESS)
		return -ENOBUFS;
	if (!wait_for_completion_timeout(&payload->freed,
					 msecs_to_jiffies(request->timeout_ms)))
		return -ETIMEDOUT;
	return 0;
}

int p2plab_transmit(const struct p2plab_transmit *request)
{
	struct payload *payload;
	struct net_device *dev;
	int ret;

	if (!request->length || !request->timeout_ms ||
	    request->timeout_ms > MAX_TIMEOUT_MS)
		return -EINVAL;
	dev = dev_get_by_index(&init_net, request->ifindex);
	if (!dev)
		return -ENODEV;

	ret = check_device(dev, request->length);
	if (ret)
		goto put_device;

	payload = payload_pin(request->address, request->length);
	if (IS_ERR(payload)) {
		ret = PTR_ERR(payload);
		goto put_device;
	}
	ret = send(dev, payload, request);
	payload_put(payload);
put_device:
	dev_put(dev);
	return ret;
}

void p2plab_transmit_drain(void)
{
	wait_event(drained, !atomic_read(&in_flight));
	/* The last frame_freed() may still be on its way out of our text. */
	synchronize_rcu();
}
