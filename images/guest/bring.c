// SPDX-License-Identifier: GPL-2.0-only
#include <stdint.h>

#include "bring.h"
#include "buffer.h"
#include "disk.h"
#include "json.h"
#include "options.h"

/* The drive writes to host memory only: it need not reach the provider. */
static int bring_by_cpu(const struct options *options,
			const struct buffer *buffer)
{
	volatile uint64_t *to = buffer->address;
	const uint64_t *from;
	struct buffer host;
	size_t i;

	if (buffer_map(&host, HOST_MEMORY, buffer->bytes) ||
	    disk_read(options->from, options->from_offset, options->chunk,
		      &host))
		return 1;

	from = host.address;
	for (i = 0; i < buffer->bytes / sizeof(*to); i++)
		to[i] = from[i];

	fact_begin("bring");
	json_number("bytes", buffer->bytes);
	fact_end();
	return buffer_unmap(&host);
}

int bring(const struct options *options, const struct buffer *buffer)
{
	if (options->by_cpu)
		return bring_by_cpu(options, buffer);
	return disk_read(options->from, options->from_offset, options->chunk,
			 buffer);
}
