// SPDX-License-Identifier: GPL-2.0-only
/*
 * p2p rebind: takes a device's driver away and gives it back, so that what
 * hooks itself on at binding has its chance.
 */
#define _GNU_SOURCE
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "device.h"
#include "driver.h"
#include "json.h"
#include "verbs.h"

static int failed(const char *bdf, const char *what, int error)
{
	fact_begin_failed("rebind", error);
	json_string("device", bdf);
	json_string("at", what);
	fact_end();
	return EXIT_KERNEL;
}

int verb_rebind(int argc, char **argv)
{
	char path[PATH_MAX], driver[PATH_MAX];
	bool has_disk;
	int ret;

	if (argc != 2 || !is_bdf(argv[1])) {
		fprintf(stderr, "p2p: rebind wants a BDF\n");
		return EXIT_USAGE;
	}
	ret = driver_of(argv[1], driver);
	if (ret)
		return failed(argv[1], "driver", -ret);
	has_disk = !find_disk(argv[1], path);
	ret = driver_tell(driver, "unbind", argv[1]);
	if (ret)
		return failed(argv[1], "unbind", -ret);
	ret = driver_tell(driver, "bind", argv[1]);
	if (ret)
		return failed(argv[1], "bind", -ret);

	/* What had a namespace gets it back, after a scan. */
	ret = has_disk ? await_disk(argv[1], path) : 0;
	if (ret)
		return failed(argv[1], "scan", -ret);
	fact_begin("rebind");
	json_string("device", argv[1]);
	json_string("driver", strrchr(driver, '/') + 1);
	fact_end();
	return EXIT_DONE;
}
