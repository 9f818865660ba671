// SPDX-License-Identifier: GPL-2.0-only
/*
 * p2p gup: gives a provider's memory to system calls that pin user pages
 * without FOLL_PCI_P2PDMA.  The kernel has to refuse each: these calls reach
 * the pages with the CPU, or keep them where nothing says that they are a
 * peer's.  The tool itself never touches the memory, so that the host sees no
 * access to it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "buffer.h"
#include "device.h"
#include "json.h"
#include "verbs.h"

#define PAGE 4096

static char local[PAGE];

static ssize_t by_process_vm_readv(const struct iovec *peer)
{
	const struct iovec mine = { .iov_base = local, .iov_len = PAGE };

	return process_vm_readv(getpid(), &mine, 1, peer, 1, 0);
}

static ssize_t by_process_vm_writev(const struct iovec *peer)
{
	const struct iovec mine = { .iov_base = local, .iov_len = PAGE };

	return process_vm_writev(getpid(), &mine, 1, peer, 1, 0);
}

/* access_remote_vm() of one's own memory. */
static ssize_t by_proc_mem(const struct iovec *peer, bool write)
{
	off_t at = (uintptr_t)peer->iov_base;
	int fd = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
	ssize_t ret;

	if (fd < 0)
		return -1;
	ret = write ? pwrite(fd, local, PAGE, at) : pread(fd, local, PAGE, at);
	close(fd);
	return ret;
}

static ssize_t by_proc_mem_read(const struct iovec *peer)
{
	return by_proc_mem(peer, false);
}

static ssize_t by_proc_mem_write(const struct iovec *peer)
{
	return by_proc_mem(peer, true);
}

/* What a pipe took is read from it, so that the CPU's access shows. */
static ssize_t by_vmsplice(const struct iovec *peer)
{
	ssize_t ret;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK))
		return -1;
	ret = vmsplice(ends[1], peer, 1, SPLICE_F_NONBLOCK);
	if (ret > 0)
		ret = read(ends[0], local, sizeof(local));
	close(ends[0]);
	close(ends[1]);
	return ret;
}

static const struct caller {
	const char *name;
	ssize_t (*call)(const struct iovec *peer);
} callers[] = {
	{ "process_vm_readv", by_process_vm_readv },
	{ "process_vm_writev", by_process_vm_writev },
	{ "proc-mem-read", by_proc_mem_read },
	{ "proc-mem-write", by_proc_mem_write },
	{ "vmsplice", by_vmsplice },
};

#define CALLERS (sizeof(callers) / sizeof(*callers))

static int try_one(const struct caller *caller, const struct buffer *buffer)
{
	const struct iovec peer = {
		.iov_base = buffer->address,
		.iov_len = PAGE,
	};
	ssize_t ret = caller->call(&peer);

	if (ret < 0)
		return fact_failed(caller->name, errno, 0);
	fact_begin(caller->name);
	json_number("bytes", ret);
	fact_end();
	return EXIT_DONE;
}

int verb_gup(int argc, char **argv)
{
	struct buffer buffer;
	int i;

	if (argc < 3 || !is_bdf(argv[1])) {
		fprintf(stderr, "p2p: gup wants the BDF of a provider and names of calls\n");
		return EXIT_USAGE;
	}
	if (buffer_map(&buffer, argv[1], PAGE))
		return EXIT_KERNEL;
	for (i = 2; i < argc; i++) {
		size_t which = 0;

		while (which < CALLERS && strcmp(callers[which].name, argv[i]))
			which++;
		if (which == CALLERS) {
			fprintf(stderr, "p2p: gup does not know %s\n", argv[i]);
			return EXIT_USAGE;
		}
		/* That it fails is what the host wants to hear. */
		try_one(&callers[which], &buffer);
	}
	return buffer_unmap(&buffer) ? EXIT_KERNEL : EXIT_DONE;
}
