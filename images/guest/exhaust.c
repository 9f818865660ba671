// SPDX-License-Identifier: GPL-2.0-only
/*
 * p2p drain-pool: maps a provider's memory piece by piece until there is none,
 * gives all of it back, and maps it once more in one piece.  Whatever leaks on
 * the way is missing at the end.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "buffer.h"
#include "device.h"
#include "json.h"
#include "options.h"
#include "verbs.h"

#define MOST_PIECES 4096

static int64_t bytes_available(const char *bdf)
{
	char text[32];
	int ret = read_attribute(bdf, "p2pmem/available", text, sizeof(text));

	return ret < 0 ? ret : (int64_t)strtoull(text, NULL, 10);
}

/* Without an error of a call, @bytes are missing. */
static int failed(const char *at, int error, int64_t bytes)
{
	fact_begin_failed("drain-pool", error ? error : ENOMEM);
	json_string("at", at);
	/* An errno where the kernel did not say how much there is. */
	json_number("bytes", bytes < 0 ? 0 : bytes);
	fact_end();
	return EXIT_KERNEL;
}

/* Returns how many pieces there are once the kernel has no more. */
static int map_pieces(struct buffer *pieces, const char *bdf, size_t bytes,
		      int *error)
{
	int count;

	*error = 0;
	for (count = 0; count < MOST_PIECES; count++) {
		if (buffer_take(&pieces[count], bdf, bytes)) {
			*error = errno;
			break;
		}
	}
	return count;
}

static int unmap_pieces(struct buffer *pieces, int count)
{
	while (count--) {
		if (munmap(pieces[count].address, pieces[count].bytes))
			return errno;
	}
	return 0;
}

static int exhaust(const char *bdf, size_t bytes)
{
	static struct buffer pieces[MOST_PIECES];
	int64_t before = bytes_available(bdf), left, after;
	struct buffer whole;
	int count, error;

	if (before < 0)
		return failed("available", -before, 0);
	count = map_pieces(pieces, bdf, bytes, &error);
	left = bytes_available(bdf);
	if (error != ENOMEM || left >= (int64_t)bytes)
		return failed("map", error, left);
	error = unmap_pieces(pieces, count);
	after = bytes_available(bdf);
	if (error || after != before)
		return failed("unmap", error, before - after);
	if (buffer_take(&whole, bdf, before) ||
	    buffer_unmap(&whole))
		return failed("whole", errno, before);
	after = bytes_available(bdf);
	if (after != before)
		return failed("whole", 0, before - after);

	fact_begin("drain-pool");
	json_number("pieces", count);
	json_number("bytes", before);
	fact_end();
	return EXIT_DONE;
}

int verb_exhaust(int argc, char **argv)
{
	uint64_t bytes;

	if (argc != 3 || !is_bdf(argv[1])) {
		fprintf(stderr, "p2p: drain-pool wants a BDF and bytes\n");
		return EXIT_USAGE;
	}
	if (!option_number("bytes", argv[2], &bytes))
		return EXIT_USAGE;
	return exhaust(argv[1], bytes);
}
