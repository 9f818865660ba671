// SPDX-License-Identifier: GPL-2.0-only
/*
 * p2p settle: waits for what the kernel still scans for when the guest is
 * ready: the namespaces of drives.  There is no event for somebody who comes
 * late, so it looks, often, and not for ever.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "device.h"
#include "json.h"
#include "verbs.h"

#define LOOKS 5000

static bool disk_is_there(const char *bdf)
{
	char path[PATH_MAX];
	struct stat status;

	/* sysfs is ahead of devtmpfs. */
	return !find_disk(bdf, path) && !stat(path, &status);
}

int settle_disk(const char *bdf)
{
	static const struct timespec pause = { .tv_nsec = 2000000 };
	int look;

	for (look = 0; look < LOOKS; look++) {
		if (disk_is_there(bdf))
			return 0;
		clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
	}
	fact_begin_failed("settle", ETIMEDOUT);
	json_string("device", bdf);
	fact_end();
	return EXIT_KERNEL;
}

int verb_settle(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (!is_bdf(argv[i])) {
			fprintf(stderr, "p2p: settle wants BDFs, not '%s'\n",
				argv[i]);
			return EXIT_USAGE;
		}
		if (settle_disk(argv[i]))
			return EXIT_KERNEL;
	}
	fact_begin("settle");
	json_number("devices", (uint64_t)argc - 1);
	fact_end();
	return EXIT_DONE;
}
