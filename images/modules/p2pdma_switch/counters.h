/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the ops did, readable in /sys/module/p2pdma_switch/parameters.  "peer"
 * is memory of a peer, by whatever way; "host" is everything else; "refused"
 * are peers that the client cannot reach.
 */
#ifndef P2PDMA_SWITCH_COUNTERS_H
#define P2PDMA_SWITCH_COUNTERS_H

#include <linux/types.h>

enum counter {
	MAP_PAGE_PEER,
	MAP_PAGE_PEER_BYTES,
	MAP_PAGE_HOST,
	MAP_SG_PEER,
	MAP_SG_PEER_BYTES,
	MAP_SG_HOST,
	MAP_RESOURCE_PEER,
	MAP_RESOURCE_PEER_BYTES,
	MAP_RESOURCE_HOST,
	UNMAP_PEER,
	UNMAP_HOST,
	REFUSED,
	COUNTERS,
};

void p2psw_count_add(enum counter counter, u64 value);

static inline void count(enum counter counter)
{
	p2psw_count_add(counter, 1);
}

#endif
