// SPDX-License-Identifier: GPL-2.0-only
/* One worker of p2p stress: reads, writes, copies and sends, at random. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include <uapi/p2plab.h>

#include "device.h"
#include "lab.h"
#include "stress.h"

#define FRAME_TIMEOUT_MS 20000
#define MAX_PAYLOAD 1496
/* A part of a sector that still has its header. */
#define HEADER_BYTES 16

struct worker {
	const struct stress *stress;
	struct account *account;
	uint32_t first;		/* of its sectors, on every drive */
	uint32_t count;
	uint32_t random;
	uint32_t frames;	/* numbers its frames, with its own in front */
	uint32_t index;
	int drives[MAX_DRIVES];
	int device;		/* /dev/p2plab */
	char *buffers[MAX_PLACES];
};

/* Sectors that one operation is about, and where in memory they go. */
struct extent {
	uint32_t drive;
	uint32_t sector;
	uint32_t count;
	uint32_t place;
	uint32_t offset;	/* in the place's buffer */
};

static uint32_t below(struct worker *worker, uint32_t limit)
{
	worker->random += UINT32_C(0x9e3779b9);
	return mix(worker->random) % limit;
}

static bool failed(struct worker *worker, const char *what, int error,
		   const struct extent *extent, uint32_t at)
{
	worker->account->error = error;
	worker->account->drive = extent->drive;
	worker->account->sector = extent->sector + at;
	/* Last: it says that the rest is there. */
	worker->account->failed = what;
	return false;
}

static volatile uint32_t *words(const struct worker *worker,
				const struct extent *extent, uint32_t at)
{
	char *start = worker->buffers[extent->place] + extent->offset;

	return (volatile uint32_t *)(start + (size_t)at * SECTOR_BYTES);
}

static struct sector_id *held(const struct worker *worker,
			      const struct extent *extent, uint32_t at)
{
	return &worker->stress->holds[extent->drive][extent->sector + at];
}

/* Mostly small, sometimes as large as can be; anywhere, in steps of 4 bytes. */
static struct extent any_extent(struct worker *worker)
{
	uint32_t most = below(worker, 8) ? 32 : MAX_SECTORS;
	struct extent extent;

	if (most > worker->count)
		most = worker->count;
	extent.drive = below(worker, worker->stress->n_drives);
	extent.count = 1 + below(worker, most);
	extent.sector = worker->first +
			below(worker, worker->count - extent.count + 1);
	extent.place = below(worker, worker->stress->n_places);
	extent.offset = 4 * below(worker, 1024);
	return extent;
}

/*
 * Moves an extent in one system call, or half of it through another place, so
 * that one request holds memory of both.
 */
static bool move(struct worker *worker, const struct extent *extent,
		 int direction, const struct extent *rest)
{
	struct account *account = worker->account;
	struct iovec parts[2] = {
		{
			.iov_base = (void *)words(worker, extent, 0),
			.iov_len = (size_t)extent->count * SECTOR_BYTES,
		},
	};
	uint64_t *bytes = &account->bytes[extent->drive][direction][0];
	off_t at = (off_t)extent->sector * SECTOR_BYTES;
	size_t want = parts[0].iov_len;
	int fd = worker->drives[extent->drive], n = 1;
	ssize_t done;

	if (rest) {
		parts[1].iov_base = (void *)words(worker, rest, 0);
		parts[1].iov_len = (size_t)rest->count * SECTOR_BYTES;
		want += parts[1].iov_len;
		n = 2;
	}
	done = direction == DRIVE_READ ? preadv(fd, parts, n, at)
				       : pwritev(fd, parts, n, at);
	if (done != (ssize_t)want)
		return failed(worker, direction == DRIVE_READ ? "read" : "write",
			      done < 0 ? errno : EIO, extent, 0);
	bytes[extent->place] += parts[0].iov_len;
	if (rest)
		bytes[rest->place] += parts[1].iov_len;
	return true;
}

static bool check(struct worker *worker, const struct extent *extent)
{
	uint32_t i;

	for (i = 0; i < extent->count; i++) {
		if (!sector_holds(words(worker, extent, i),
				  held(worker, extent, i)))
			return failed(worker, "verify", EILSEQ, extent, i);
	}
	return true;
}

static bool read_and_check(struct worker *worker)
{
	struct extent extent = any_extent(worker);

	return move(worker, &extent, DRIVE_READ, NULL) &&
	       check(worker, &extent);
}

static bool write_anew(struct worker *worker)
{
	struct extent extent = any_extent(worker);
	uint32_t i;

	for (i = 0; i < extent.count; i++) {
		struct sector_id *id = held(worker, &extent, i);

		id->drive = extent.drive;
		id->sector = extent.sector + i;
		id->generation = (uint32_t)worker->account->operations + 1;
		sector_fill(words(worker, &extent, i), id);
	}
	return move(worker, &extent, DRIVE_WRITE, NULL);
}

/* No CPU touches what is copied: it goes from drive to drive as it is. */
static bool copy(struct worker *worker)
{
	struct extent from = any_extent(worker), to = from;
	uint32_t i;

	to.drive = below(worker, worker->stress->n_drives);
	to.sector = worker->first + below(worker, worker->count - to.count + 1);
	if (!move(worker, &from, DRIVE_READ, NULL) ||
	    !move(worker, &to, DRIVE_WRITE, NULL))
		return false;
	/* Both may overlap. */
	if (to.drive == from.drive && to.sector > from.sector) {
		for (i = to.count; i-- > 0;)
			*held(worker, &to, i) = *held(worker, &from, i);
	} else {
		for (i = 0; i < to.count; i++)
			*held(worker, &to, i) = *held(worker, &from, i);
	}
	return true;
}

/* One request whose memory is of two places. */
static bool read_mixed(struct worker *worker)
{
	struct extent first = any_extent(worker), rest = first;

	if (first.count < 2)
		return true;
	first.count /= 2;
	rest.count -= first.count;
	rest.sector += first.count;
	rest.place = (first.place + 1) % worker->stress->n_places;
	rest.offset = 4 * below(worker, 1024);
	/* The same buffer, if there is one place only: not the same bytes. */
	if (rest.place == first.place)
		return true;
	return move(worker, &first, DRIVE_READ, &rest) &&
	       check(worker, &first) && check(worker, &rest);
}

static bool send_frame(struct worker *worker)
{
	struct extent extent = any_extent(worker);
	struct account *account = worker->account;
	struct p2plab_transmit request = {
		.ifindex = (uint32_t)worker->stress->ifindex,
		.sequence = worker->index << 24 | worker->frames,
		.timeout_ms = FRAME_TIMEOUT_MS,
	};
	uint32_t most = extent.count * SECTOR_BYTES;

	if (most > MAX_PAYLOAD)
		most = MAX_PAYLOAD;
	request.length = 64 + 4 * below(worker, (most - 64) / 4 + 1);
	if (request.length % SECTOR_BYTES < HEADER_BYTES)
		request.length -= request.length % SECTOR_BYTES;
	if (!move(worker, &extent, DRIVE_READ, NULL))
		return false;
	request.address = (uintptr_t)words(worker, &extent, 0);
	if (ioctl(worker->device, P2PLAB_TRANSMIT, &request))
		return failed(worker, failed_op("transmit", errno), errno,
			      &extent, 0);
	worker->frames++;
	account->frames[extent.place]++;
	account->frame_bytes[extent.place] += request.length;
	return true;
}

static bool map_anew(struct worker *worker, uint32_t place)
{
	const char *through = worker->stress->places[place];
	struct buffer buffer = { 0 };

	if (worker->buffers[place] &&
	    munmap(worker->buffers[place], BUFFER_BYTES))
		goto failed;
	worker->buffers[place] = NULL;
	if (buffer_take(&buffer, through, BUFFER_BYTES))
		goto failed;
	worker->buffers[place] = buffer.address;
	return true;
failed:
	worker->account->error = errno;
	worker->account->failed = "map";
	return false;
}

static bool open_all(struct worker *worker)
{
	const struct stress *stress = worker->stress;
	char path[PATH_MAX];
	int ret = 0;
	uint32_t i;

	for (i = 0; i < stress->n_drives; i++) {
		ret = await_disk(stress->drives[i], path);
		if (ret)
			goto failed;
		worker->drives[i] = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);
		if (worker->drives[i] < 0) {
			ret = -errno;
			goto failed;
		}
	}
	if (stress->nic) {
		worker->device = open("/dev/p2plab", O_RDWR | O_CLOEXEC);
		if (worker->device < 0) {
			ret = -errno;
			goto failed;
		}
	}
	for (i = 0; i < stress->n_places; i++) {
		if (!map_anew(worker, i))
			return false;
	}
	return true;
failed:
	worker->account->error = -ret;
	worker->account->failed = "open";
	return false;
}

static bool operate(struct worker *worker)
{
	switch (below(worker, 10)) {
	case 0:
	case 1:
	case 2:
		return copy(worker);
	case 3:
	case 4:
		return write_anew(worker);
	case 5:
	case 6:
		return read_and_check(worker);
	case 7:
		return read_mixed(worker);
	case 8:
		return worker->stress->nic ? send_frame(worker)
					   : read_and_check(worker);
	default:
		return below(worker, 8) ? copy(worker)
		       : map_anew(worker,
				  below(worker, worker->stress->n_places));
	}
}

static bool is_over(const struct timespec *end)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec > end->tv_sec ||
	       (now.tv_sec == end->tv_sec && now.tv_nsec >= end->tv_nsec);
}

void stress_work(const struct stress *stress, uint32_t index,
		 const struct timespec *end)
{
	uint32_t share = stress->sectors / stress->n_workers;
	struct worker worker = {
		.stress = stress,
		.account = &stress->accounts[index],
		.first = index * share,
		.count = share,
		.index = index,
		.random = mix(stress->seed ^ mix(index + 1)),
	};

	if (!open_all(&worker))
		return;
	while (!is_over(end) && operate(&worker))
		worker.account->operations++;
}
