// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "buffer.h"
#include "device.h"
#include "json.h"

/* No disk image of the lab holds this word, so stale memory shows. */
#define SENTINEL UINT64_C(0xa5a5a5a5a5a5a5a5)

#define FNV_OFFSET UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)

static void *map_provider(const char *bdf, size_t bytes,
			  const struct mapping *how)
{
	char path[PATH_MAX];
	void *address;
	int fd, error;

	snprintf(path, sizeof(path), "%s/%s/p2pmem/allocate", PCI_DEVICES, bdf);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return MAP_FAILED;
	address = mmap(how->near, bytes, how->prot,
		       how->private ? MAP_PRIVATE : MAP_SHARED, fd,
		       how->offset);
	error = errno;
	close(fd);
	errno = error;
	return address;
}

static const struct mapping plain = { .prot = PROT_READ | PROT_WRITE };

static int take(struct buffer *buffer, const char *through, size_t bytes,
		const struct mapping *how)
{
	void *address;

	if (!strcmp(through, HOST_MEMORY))
		address = mmap(how->near, bytes, how->prot,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	else
		address = map_provider(through, bytes, how);
	if (address == MAP_FAILED)
		return 1;

	*buffer = (struct buffer) {
		.through = through,
		.address = address,
		.bytes = bytes,
	};
	return 0;
}

int buffer_take(struct buffer *buffer, const char *through, size_t bytes)
{
	return take(buffer, through, bytes, &plain);
}

int buffer_map(struct buffer *buffer, const char *through, size_t bytes)
{
	return buffer_map_as(buffer, through, bytes, &plain);
}

int buffer_map_as(struct buffer *buffer, const char *through, size_t bytes,
		  const struct mapping *how)
{
	if (take(buffer, through, bytes, how))
		return fact_failed("map", errno, 0);

	fact_begin("map");
	json_string("through", through);
	json_number("bytes", bytes);
	fact_end();
	return 0;
}

int buffer_fill(const struct buffer *buffer)
{
	volatile uint64_t *word = buffer->address;
	size_t i;

	for (i = 0; i < buffer->bytes / sizeof(*word); i++)
		word[i] = SENTINEL;

	fact_begin("fill");
	json_number("bytes", buffer->bytes);
	fact_end();
	return 0;
}

int buffer_read_back(const struct buffer *buffer)
{
	const volatile uint64_t *word = buffer->address;
	uint64_t hash = FNV_OFFSET, stale = 0;
	size_t i, byte;

	for (i = 0; i < buffer->bytes / sizeof(*word); i++) {
		uint64_t value = word[i];

		if (value == SENTINEL)
			stale += sizeof(value);
		for (byte = 0; byte < sizeof(value); byte++) {
			hash ^= (value >> (8 * byte)) & 0xff;
			hash *= FNV_PRIME;
		}
	}

	fact_begin("readback");
	json_number("bytes", buffer->bytes);
	json_hex("fnv1a64", hash, 16);
	json_number("staleBytes", stale);
	fact_end();
	return 0;
}

int buffer_unmap(struct buffer *buffer)
{
	if (munmap(buffer->address, buffer->bytes))
		return fact_failed("unmap", errno, 0);

	fact_begin("unmap");
	json_number("bytes", buffer->bytes);
	fact_end();
	buffer->address = NULL;
	return 0;
}
