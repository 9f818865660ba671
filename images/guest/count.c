// SPDX-License-Identifier: GPL-2.0-only
/*
 * p2p count: how many instructions it takes to map host memory for an edu and
 * to unmap it again, a line for each way to do it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "json.h"
#include "lab.h"
#include "verbs.h"

/* The marks that the host looks for: this, and the operation from bit 2 on. */
#define MARK 0x70320000

static const struct operation {
	const char *name;
	uint32_t operation;
	uint32_t entries;
} operations[] = {
	{ "known", P2PLAB_COUNT_KNOWN, 1 },
	{ "sg-1", P2PLAB_COUNT_SG, 1 },
	{ "sg-16", P2PLAB_COUNT_SG, 16 },
	{ "sg-256", P2PLAB_COUNT_SG, 256 },
	{ "page", P2PLAB_COUNT_PAGE, 1 },
	{ "coherent", P2PLAB_COUNT_COHERENT, 1 },
};

#define OPERATIONS (sizeof(operations) / sizeof(*operations))

int verb_count(int argc, char **argv)
{
	size_t i;
	int fd;

	if (argc != 2 || function_name(argv[1]) == P2PLAB_NO_FUNCTION) {
		fprintf(stderr, "p2p: count wants the BDF of an edu\n");
		return EXIT_USAGE;
	}
	fd = open_lab();
	if (fd < 0)
		return lab_failed("/dev/p2plab", -fd);
	for (i = 0; i < OPERATIONS; i++) {
		struct p2plab_count request = {
			.initiator = function_name(argv[1]),
			.operation = operations[i].operation,
			.entries = operations[i].entries,
			.mark = MARK | i << 2,
		};

		if (ioctl(fd, P2PLAB_COUNT, &request))
			return fact_failed("count", errno, 0);
		fact_begin("count");
		json_string("operation", operations[i].name);
		json_number("map", request.map);
		json_number("unmap", request.unmap);
		json_number("rounds", request.rounds);
		json_number("differing", request.differing);
		fact_end();
	}
	close(fd);
	return EXIT_DONE;
}
