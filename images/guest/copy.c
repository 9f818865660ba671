// SPDX-License-Identifier: GPL-2.0-only
/* p2p copy: drive -> provider or host memory -> drive, by O_DIRECT. */
#include "bring.h"
#include "buffer.h"
#include "disk.h"
#include "options.h"
#include "verbs.h"

int verb_copy(int argc, char **argv)
{
	struct options options;
	struct buffer buffer;

	if (!parse_options(&options, argc, argv))
		return EXIT_USAGE;

	if (buffer_map(&buffer, options.through, options.bytes) ||
	    buffer_fill(&buffer) || bring(&options, &buffer))
		return EXIT_KERNEL;
	if (options.readback && buffer_read_back(&buffer))
		return EXIT_KERNEL;
	if (options.to && disk_write(options.to, options.to_offset,
				     options.chunk, &buffer))
		return EXIT_KERNEL;
	return buffer_unmap(&buffer) ? EXIT_KERNEL : EXIT_DONE;
}
