// SPDX-License-Identifier: GPL-2.0-only
/* The ways into the kernel for a vectored transfer.  io_uring without liburing. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "io.h"

/* A ring with room for one request. */
struct ring {
	int fd;
	struct io_uring_params params;
	void *queues;
	size_t queues_size;
	struct io_uring_sqe *sqes;
};

static void *at(const struct ring *ring, uint32_t offset)
{
	return (char *)ring->queues + offset;
}

/* Both queues lie in one mapping: IORING_FEAT_SINGLE_MMAP, since Linux 5.4. */
static int ring_open(struct ring *ring)
{
	size_t sq, cq;

	*ring = (struct ring) { 0 };
	ring->fd = syscall(SYS_io_uring_setup, 1, &ring->params);
	if (ring->fd < 0)
		return -errno;
	sq = ring->params.sq_off.array +
	     ring->params.sq_entries * sizeof(uint32_t);
	cq = ring->params.cq_off.cqes +
	     ring->params.cq_entries * sizeof(struct io_uring_cqe);
	ring->queues_size = sq > cq ? sq : cq;
	ring->queues = mmap(NULL, ring->queues_size, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_POPULATE, ring->fd,
			    IORING_OFF_SQ_RING);
	ring->sqes = mmap(NULL, ring->params.sq_entries * sizeof(*ring->sqes),
			  PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
			  ring->fd, IORING_OFF_SQES);
	if (ring->queues != MAP_FAILED && ring->sqes != MAP_FAILED)
		return 0;
	close(ring->fd);
	return -ENOMEM;
}

static void ring_close(struct ring *ring)
{
	munmap(ring->sqes, ring->params.sq_entries * sizeof(*ring->sqes));
	munmap(ring->queues, ring->queues_size);
	close(ring->fd);
}

/* Submits one request and waits for its end: its result. */
static ssize_t ring_run(struct ring *ring, const struct io_uring_sqe *request)
{
	uint32_t *tail = at(ring, ring->params.sq_off.tail);
	uint32_t *array = at(ring, ring->params.sq_off.array);
	uint32_t *mask = at(ring, ring->params.sq_off.ring_mask);
	uint32_t *done = at(ring, ring->params.cq_off.head);
	struct io_uring_cqe *cqes = at(ring, ring->params.cq_off.cqes);
	uint32_t *cq_mask = at(ring, ring->params.cq_off.ring_mask);
	uint32_t index = *tail & *mask, head = *done;
	ssize_t result;

	ring->sqes[index] = *request;
	array[index] = index;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	while (syscall(SYS_io_uring_enter, ring->fd, 1, 1,
		       IORING_ENTER_GETEVENTS, NULL, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	result = cqes[head & *cq_mask].res;
	__atomic_store_n(done, head + 1, __ATOMIC_RELEASE);
	return result;
}

static ssize_t run_vector(struct ring *ring, int fd, bool write,
			  const struct iovec *vector, int count, off_t offset)
{
	const struct io_uring_sqe request = {
		.opcode = write ? IORING_OP_WRITEV : IORING_OP_READV,
		.fd = fd,
		.off = offset,
		.addr = (uintptr_t)vector,
		.len = count,
	};

	return ring_run(ring, &request);
}

/* A registered buffer is moved by itself: there are no vectors of them. */
static ssize_t run_registered(struct ring *ring, int fd, bool write,
			      const struct iovec *vector, int count,
			      off_t offset)
{
	ssize_t moved, total = 0;
	int i;

	for (i = 0; i < count; i++) {
		const struct io_uring_sqe request = {
			.opcode = write ? IORING_OP_WRITE_FIXED
					: IORING_OP_READ_FIXED,
			.fd = fd,
			.off = offset + total,
			.addr = (uintptr_t)vector[i].iov_base,
			.len = vector[i].iov_len,
			.buf_index = i,
		};

		moved = ring_run(ring, &request);
		if (moved < 0)
			return moved;
		total += moved;
		if ((size_t)moved != vector[i].iov_len)
			break;
	}
	return total;
}

static ssize_t uring_transfer(bool fixed, int fd, bool write,
			      const struct iovec *vector, int count,
			      off_t offset, bool *registered)
{
	struct ring ring;
	ssize_t ret = ring_open(&ring);

	if (ret)
		return ret;
	*registered = !fixed || !syscall(SYS_io_uring_register, ring.fd,
					 IORING_REGISTER_BUFFERS, vector,
					 count);
	if (!*registered)
		ret = -errno;
	else if (fixed)
		ret = run_registered(&ring, fd, write, vector, count, offset);
	else
		ret = run_vector(&ring, fd, write, vector, count, offset);
	ring_close(&ring);
	return ret;
}

ssize_t io_transfer(enum io_engine engine, int fd, bool write,
		    const struct iovec *vector, int count, off_t offset,
		    bool *registered)
{
	ssize_t ret;

	*registered = true;
	if (engine != ENGINE_SYNC)
		return uring_transfer(engine == ENGINE_URING_REGISTERED, fd,
				      write, vector, count, offset,
				      registered);
	ret = write ? pwritev(fd, vector, count, offset)
		    : preadv(fd, vector, count, offset);
	return ret < 0 ? -errno : ret;
}
