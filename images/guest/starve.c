// SPDX-License-Identifier: GPL-2.0-only
/*
 * p2p fail-allocations: maps a provider's memory again and again, each time with another
 * of the kernel's allocations failing on the way, the first, the second and so
 * on, until none is left to fail.  It takes a kernel with fault injection.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>

#include "device.h"
#include "json.h"
#include "verbs.h"

#define DEBUGFS "/sys/kernel/debug"

/* So much that it takes more than one page of page tables. */
#define MAP_BYTES (5UL << 20)

/* More allocations than a mapping can have. */
#define MOST 200

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

/* Allocations that may wait may fail, too; and nothing is said of it. */
static int prepare(void)
{
	static const char * const settings[][2] = {
		{ DEBUGFS "/fail_page_alloc/ignore-gfp-wait", "N" },
		{ DEBUGFS "/fail_page_alloc/min-order", "0" },
		{ DEBUGFS "/fail_page_alloc/verbose", "0" },
		{ DEBUGFS "/failslab/ignore-gfp-wait", "N" },
		{ DEBUGFS "/failslab/verbose", "0" },
	};
	size_t i;
	int ret;

	if (mount("debugfs", DEBUGFS, "debugfs", 0, NULL) && errno != EBUSY)
		return -errno;
	for (i = 0; i < sizeof(settings) / sizeof(*settings); i++) {
		ret = put(settings[i][0], settings[i][1]);
		if (ret)
			return ret;
	}
	return 0;
}

/* Whether the @nth allocation failed: 1, 0 if there are not so many, -errno. */
static int map_once(int memory, int nth, unsigned int which, bool *mapped)
{
	char text[16];
	void *address;
	int len;

	len = snprintf(text, sizeof(text), "%u", which);
	if (pwrite(nth, text, len, 0) != len)
		return -errno;
	address = mmap(NULL, MAP_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED,
		       memory, 0);
	*mapped = address != MAP_FAILED;
	if (!*mapped && errno != ENOMEM)
		return -errno;

	len = pread(nth, text, sizeof(text) - 1, 0);
	if (len <= 0)
		return -EIO;
	text[len] = '\0';
	if (pwrite(nth, "0", 1, 0) != 1)
		return -errno;
	if (*mapped && munmap(address, MAP_BYTES))
		return -errno;
	return !atoi(text);
}

static int map_all(const char *bdf, unsigned int *failed)
{
	char path[PATH_MAX];
	int memory, nth, ret = 0;
	unsigned int which;
	bool mapped = false;

	snprintf(path, sizeof(path), "%s/%s/p2pmem/allocate", PCI_DEVICES, bdf);
	memory = open(path, O_RDWR | O_CLOEXEC);
	nth = open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC);
	if (memory < 0 || nth < 0)
		return -errno;

	for (which = 1; which < MOST; which++) {
		ret = map_once(memory, nth, which, &mapped);
		if (ret <= 0)
			break;
		*failed += !mapped;
	}
	close(nth);
	close(memory);
	if (ret > 0)
		return -E2BIG;
	/* Without a fault the mapping must be there. */
	return ret ? ret : mapped ? 0 : -ENOMEM;
}

int verb_starve(int argc, char **argv)
{
	unsigned int failed = 0;
	int ret;

	if (argc != 2 || !is_bdf(argv[1])) {
		fprintf(stderr, "p2p: fail-allocations wants a BDF\n");
		return EXIT_USAGE;
	}
	ret = prepare();
	if (!ret)
		ret = map_all(argv[1], &failed);
	/* Nothing was tried if nothing failed. */
	if (!ret && !failed)
		ret = -ENODATA;
	if (ret) {
		fact_failed("fail-allocations", -ret, 0);
		return EXIT_KERNEL;
	}
	fact_begin("fail-allocations");
	json_string("device", argv[1]);
	json_number("failed", failed);
	fact_end();
	return EXIT_DONE;
}
