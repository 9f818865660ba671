/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef P2PLAB_EDU_H
#define P2PLAB_EDU_H

#include <linux/compiler_types.h>

struct device;
struct p2plab_extent;
struct p2plab_map;

/*
 * Moves bytes between the edu's buffer and the addresses that it was given,
 * one after the other.  The caller holds the device's lock.
 */
int p2plab_edu_move(struct device *dev, const struct p2plab_extent *extents,
		    const struct p2plab_map *request);

/*
 * The registers of an edu that our driver has, or NULL.  The caller holds the
 * device's lock.
 */
void __iomem *p2plab_edu_registers(struct device *dev);

int p2plab_edu_register(void);
void p2plab_edu_unregister(void);

#endif
