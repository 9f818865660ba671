/* SPDX-License-Identifier: GPL-2.0-only */
/* The memory that data goes through: a provider's, or anonymous host pages. */
#ifndef P2P_BUFFER_H
#define P2P_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define HOST_MEMORY "host-memory"

struct buffer {
	const char *through;	/* a BDF, or HOST_MEMORY */
	void *address;
	size_t bytes;
};

/* How memory is mapped where it is not read and written, shared, from 0 on. */
struct mapping {
	void *near;	/* where it should lie, if that is free */
	int prot;
	bool private;
	off_t offset;
};

/* Maps the memory, and says nothing; returns 0, or 1 with errno. */
int buffer_take(struct buffer *buffer, const char *through, size_t bytes);

/*
 * Each prints its fact and returns 0, or 1 if the kernel refused.  The CPU
 * touches every byte once, in order, eight at a time: the host traces these
 * accesses, so they must stay plain.
 */
int buffer_map(struct buffer *buffer, const char *through, size_t bytes);
int buffer_map_as(struct buffer *buffer, const char *through, size_t bytes,
		  const struct mapping *how);
int buffer_fill(const struct buffer *buffer);
int buffer_read_back(const struct buffer *buffer);
int buffer_unmap(struct buffer *buffer);

#endif
