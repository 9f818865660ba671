/* SPDX-License-Identifier: GPL-2.0-only */
/* What p2p io is told: one vectored transfer, or one each way. */
#ifndef P2P_IO_H
#define P2P_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "buffer.h"

#define IO_SEGMENTS 16

enum io_engine { ENGINE_SYNC, ENGINE_URING, ENGINE_URING_REGISTERED };

/* A part of the vector: a mapping of its own, used from @skip on. */
struct io_segment {
	const char *through;	/* a BDF, or HOST_MEMORY */
	uint64_t bytes;
	uint64_t skip;
	struct buffer buffer;
};

struct io_plan {
	const char *from;	/* the drive that is read: a BDF, or NULL */
	const char *to;		/* the drive that is written, or NULL */
	uint64_t from_offset;
	uint64_t to_offset;
	struct io_segment segments[IO_SEGMENTS];
	int count;
	uint64_t overrun;	/* bytes asked for beyond the last mapping */
	uint64_t repeat;	/* how often the same is read */
	enum io_engine engine;
	bool read_only;
	bool child;		/* a child transfers, its parent has unmapped */
	bool readback;
};

/* Parses argv[1…]; says on stderr what is wrong and returns false. */
bool parse_io(struct io_plan *plan, int argc, char **argv);

/*
 * Moves @vector in one call.  Returns the bytes that were moved or -errno;
 * with ENGINE_URING_REGISTERED, *@registered says whether the kernel took the
 * buffers, which is what failed if it did not.
 */
ssize_t io_transfer(enum io_engine engine, int fd, bool write,
		    const struct iovec *vector, int count, off_t offset,
		    bool *registered);

#endif
