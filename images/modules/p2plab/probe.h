/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef P2PLAB_PROBE_H
#define P2PLAB_PROBE_H

struct device;
struct p2plab_distance;
struct p2plab_map;

/*
 * P2PLAB_PROBE and, with @move, P2PLAB_MOVE.  @maskless is a device without a
 * DMA mask.  What is returned in @request is valid if the result is 0.
 */
int p2plab_probe(struct p2plab_map *request, bool move,
		 struct device *maskless);

int p2plab_measure(struct p2plab_distance *request);

#endif
