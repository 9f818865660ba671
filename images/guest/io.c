// SPDX-License-Identifier: GPL-2.0-only
/*
 * p2p io: one O_DIRECT transfer of a vector whose parts may lie in different
 * places: several providers, host memory, beside a page's start, beyond a
 * mapping's end, in a child's inherited mapping.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "device.h"
#include "io.h"
#include "json.h"
#include "verbs.h"

#define PAGE 4096

static int io_failed(const char *op, const char *bdf, int error, uint64_t done)
{
	fact_begin_failed(op, error);
	if (bdf)
		json_string("device", bdf);
	json_number("bytes", done);
	fact_end();
	return EXIT_KERNEL;
}

static int io_done(const char *op, const char *bdf, uint64_t bytes)
{
	fact_begin(op);
	json_string("device", bdf);
	json_number("bytes", bytes);
	fact_end();
	return EXIT_DONE;
}

/* An address that has nothing mapped behind it for so many bytes. */
static void *find_gap(size_t bytes)
{
	void *gap = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			 -1, 0);

	if (gap == MAP_FAILED)
		return NULL;
	munmap(gap, bytes);
	return gap;
}

static int map_one(struct io_segment *segment, uint64_t beyond, bool read_only)
{
	size_t bytes = (segment->skip + segment->bytes + PAGE - 1) / PAGE * PAGE;
	const struct mapping how = {
		.near = find_gap(bytes + beyond),
		.prot = PROT_READ | PROT_WRITE,
	};
	struct buffer *buffer = &segment->buffer;

	if (buffer_map_as(buffer, segment->through, bytes, &how) ||
	    buffer_fill(buffer))
		return EXIT_KERNEL;
	if (read_only && mprotect(buffer->address, bytes, PROT_READ))
		return fact_failed("protect", errno, 0);
	return EXIT_DONE;
}

static int map_all(struct io_plan *plan)
{
	int i, last = plan->count - 1;

	for (i = 0; i <= last; i++) {
		if (map_one(&plan->segments[i], i == last ? plan->overrun : 0,
			    plan->read_only))
			return EXIT_KERNEL;
	}
	return EXIT_DONE;
}

static int unmap_all(struct io_plan *plan)
{
	int i;

	for (i = 0; i < plan->count; i++) {
		if (buffer_unmap(&plan->segments[i].buffer))
			return EXIT_KERNEL;
	}
	return EXIT_DONE;
}

static void fill_vector(const struct io_plan *plan, struct iovec *vector)
{
	int i;

	for (i = 0; i < plan->count; i++) {
		const struct io_segment *segment = &plan->segments[i];

		vector[i].iov_base = (char *)segment->buffer.address +
				     segment->skip;
		vector[i].iov_len = segment->bytes;
	}
	vector[plan->count - 1].iov_len += plan->overrun;
}

static int transfer(const struct io_plan *plan, bool write)
{
	const char *bdf = write ? plan->to : plan->from;
	off_t offset = write ? plan->to_offset : plan->from_offset;
	uint64_t times = write ? 1 : plan->repeat, done = 0;
	const char *op = write ? "write" : "read";
	struct iovec vector[IO_SEGMENTS];
	bool registered = true;
	char path[PATH_MAX];
	ssize_t moved;
	int fd, ret;

	ret = await_disk(bdf, path);
	if (ret)
		return io_failed(op, bdf, -ret, 0);
	fd = open(path, (write ? O_WRONLY : O_RDONLY) | O_DIRECT | O_CLOEXEC);
	if (fd < 0)
		return io_failed(op, bdf, errno, 0);
	/* What falls back to the page cache is then not read ahead of. */
	posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
	fill_vector(plan, vector);

	for (; times; times--, done += moved) {
		moved = io_transfer(plan->engine, fd, write, vector,
				    plan->count, offset, &registered);
		if (moved < 0) {
			close(fd);
			return io_failed(registered ? op : "register", bdf,
					 -moved, done);
		}
	}
	io_done(op, bdf, done);
	ret = write && fdatasync(fd) ? errno : 0;
	close(fd);
	return ret ? io_failed("flush", bdf, ret, done) : EXIT_DONE;
}

static int read_back(const struct io_plan *plan)
{
	int i;

	for (i = 0; plan->readback && i < plan->count; i++) {
		if (buffer_read_back(&plan->segments[i].buffer))
			return EXIT_KERNEL;
	}
	return EXIT_DONE;
}

/* The parent lets go of its mappings first: then the child holds the memory. */
static int wait_for_child(struct io_plan *plan, pid_t child, int go)
{
	int status, ret = unmap_all(plan);

	close(go);
	if (waitpid(child, &status, 0) != child)
		return io_failed("child", NULL, errno, 0);
	if (!WIFEXITED(status))
		return io_failed("child", NULL, ECHILD, 0);
	return WEXITSTATUS(status) ? WEXITSTATUS(status) : ret;
}

/* Returns 0 in the child, once it may go on; its parent ends here. */
static void become_child(struct io_plan *plan)
{
	int go[2];
	pid_t child;
	char end;

	if (pipe(go))
		exit(lab_failed("pipe", errno));
	child = fork();
	if (child < 0)
		exit(lab_failed("fork", errno));
	if (child) {
		close(go[0]);
		exit(wait_for_child(plan, child, go[1]));
	}
	close(go[1]);
	while (read(go[0], &end, 1) < 0 && errno == EINTR)
		;
	close(go[0]);
}

int verb_io(int argc, char **argv)
{
	struct io_plan plan;

	if (!parse_io(&plan, argc, argv))
		return EXIT_USAGE;
	if (map_all(&plan))
		return EXIT_KERNEL;
	if (plan.child)
		become_child(&plan);
	if ((plan.from && transfer(&plan, false)) || read_back(&plan) ||
	    (plan.to && transfer(&plan, true)))
		return EXIT_KERNEL;
	return unmap_all(&plan);
}
