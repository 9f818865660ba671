/* SPDX-License-Identifier: GPL-2.0-only */
/* What hangs on a PCI function, found through sysfs by its BDF. */
#ifndef P2P_DEVICE_H
#define P2P_DEVICE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PCI_DEVICES "/sys/bus/pci/devices"

/* Whether @text is spelt as a BDF with its domain: 0000:03:00.0. */
bool is_bdf(const char *text);

/* The block device of the NVMe function @bdf, "/dev/nvme0n1"; 0 or -errno. */
int find_disk(const char *bdf, char path[static PATH_MAX]);

/*
 * As find_disk(), and waits until its node is there: the kernel scans for
 * namespaces while the guest boots on, and after a driver was bound.
 */
int await_disk(const char *bdf, char path[static PATH_MAX]);

/* The net device of the function @bdf, "eth1"; 0 or -errno. */
int find_nic(const char *bdf, char name[static PATH_MAX]);

/*
 * Reads the attribute @name of @bdf into @text, without its newline.
 * Returns the length or -errno.
 */
int read_attribute(const char *bdf, const char *name, char *text, size_t size);

#endif
