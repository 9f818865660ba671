// SPDX-License-Identifier: GPL-2.0-only
/*
 * p2p write-zeroes: zeroes a range of a drive with a command that carries no
 * data.  Where a drive has none, the kernel writes pages of zeroes instead: the
 * host sees these.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "device.h"
#include "json.h"
#include "options.h"
#include "verbs.h"

/* Returns 0 or a positive errno. */
static int write_zeroes(const char *bdf, uint64_t range[static 2])
{
	char path[PATH_MAX];
	int ret = await_disk(bdf, path);
	int fd;

	if (ret)
		return -ret;
	fd = open(path, O_WRONLY | O_DIRECT | O_CLOEXEC);
	if (fd < 0)
		return errno;
	ret = ioctl(fd, BLKZEROOUT, range) ? errno : 0;
	close(fd);
	return ret;
}

int verb_write_zeroes(int argc, char **argv)
{
	uint64_t range[2];
	int error;

	if (argc != 4 || !is_bdf(argv[1]) ||
	    !option_number("offset", argv[2], &range[0]) ||
	    !option_number("bytes", argv[3], &range[1])) {
		fprintf(stderr, "p2p: write-zeroes wants a BDF, an offset and a number of bytes\n");
		return EXIT_USAGE;
	}
	error = write_zeroes(argv[1], range);
	if (error)
		fact_begin_failed("write-zeroes", error);
	else
		fact_begin("write-zeroes");
	json_string("device", argv[1]);
	json_number("offset", range[0]);
	json_number("bytes", error ? 0 : range[1]);
	fact_end();
	return error ? EXIT_KERNEL : EXIT_DONE;
}
