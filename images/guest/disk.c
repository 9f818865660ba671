// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/types.h>
#include <unistd.h>

#include "buffer.h"
#include "device.h"
#include "disk.h"
#include "json.h"

static int open_disk(const char *bdf, int flags)
{
	char path[PATH_MAX];
	int ret = await_disk(bdf, path);

	if (ret)
		return ret;
	ret = open(path, flags | O_DIRECT | O_CLOEXEC);
	return ret < 0 ? -errno : ret;
}

static int failed(const char *op, const char *bdf, int error, uint64_t done)
{
	fact_begin_failed(op, error);
	json_string("device", bdf);
	json_number("bytes", done);
	fact_end();
	return 1;
}

static int done(const char *op, const char *bdf, uint64_t bytes,
		uint64_t offset, uint64_t chunks)
{
	fact_begin(op);
	json_string("device", bdf);
	json_number("bytes", bytes);
	json_number("offset", offset);
	json_number("chunks", chunks);
	fact_end();
	return 0;
}

int disk_read(const char *bdf, uint64_t offset, size_t chunk,
	      const struct buffer *buffer)
{
	int fd = open_disk(bdf, O_RDONLY);
	size_t at = 0;
	uint64_t chunks;
	int error;

	if (fd < 0)
		return failed("read", bdf, -fd, 0);

	for (chunks = 0; at < buffer->bytes; chunks++) {
		size_t left = buffer->bytes - at;
		size_t want = left < chunk ? left : chunk;
		ssize_t got = pread(fd, (char *)buffer->address + at, want,
				    (off_t)(offset + at));

		if (got != (ssize_t)want) {
			error = got < 0 ? errno : EIO;
			close(fd);
			return failed("read", bdf, error,
				      at + (got > 0 ? (size_t)got : 0));
		}
		at += want;
	}
	close(fd);
	return done("read", bdf, at, offset, chunks);
}

int disk_write(const char *bdf, uint64_t offset, size_t chunk,
	       const struct buffer *buffer)
{
	int fd = open_disk(bdf, O_WRONLY);
	size_t at = 0;
	uint64_t chunks;
	int error;

	if (fd < 0)
		return failed("write", bdf, -fd, 0);

	for (chunks = 0; at < buffer->bytes; chunks++) {
		size_t left = buffer->bytes - at;
		size_t want = left < chunk ? left : chunk;
		ssize_t put = pwrite(fd, (char *)buffer->address + at, want,
				     (off_t)(offset + at));

		if (put != (ssize_t)want) {
			error = put < 0 ? errno : EIO;
			close(fd);
			return failed("write", bdf, error,
				      at + (put > 0 ? (size_t)put : 0));
		}
		at += want;
	}
	done("write", bdf, at, offset, chunks);

	error = fdatasync(fd) ? errno : 0;
	close(fd);
	if (error)
		return failed("flush", bdf, error, at);
	fact_begin("flush");
	json_string("device", bdf);
	fact_end();
	return 0;
}
