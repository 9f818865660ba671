/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef P2PLAB_FUNCTION_H
#define P2PLAB_FUNCTION_H

#include <linux/pci.h>
#include <uapi/p2plab.h>

/* The function that a P2PLAB_FUNCTION() names, with a reference, or NULL. */
static inline struct pci_dev *p2plab_function(u32 name)
{
	return pci_get_domain_bus_and_slot(name >> 16, (name >> 8) & 0xff,
					   name & 0xff);
}

#endif
