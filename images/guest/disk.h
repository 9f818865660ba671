/* SPDX-License-Identifier: GPL-2.0-only */
/* O_DIRECT transfers between an NVMe drive and a buffer. */
#ifndef P2P_DISK_H
#define P2P_DISK_H

#include <stddef.h>
#include <stdint.h>

struct buffer;

/*
 * Both move the whole of @buffer, @chunk bytes a system call, print one fact
 * and return 0 or 1.  A short transfer is EIO with the bytes that were moved;
 * disk_write() ends with fdatasync, a fact of its own.
 */
int disk_read(const char *bdf, uint64_t offset, size_t chunk,
	      const struct buffer *buffer);
int disk_write(const char *bdf, uint64_t offset, size_t chunk,
	       const struct buffer *buffer);

#endif
