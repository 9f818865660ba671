/* SPDX-License-Identifier: GPL-2.0-only */
/* A mixed load: many workers on the same drives, each on its own sectors. */
#ifndef P2P_STRESS_H
#define P2P_STRESS_H

#include <stdint.h>
#include <time.h>

#include "buffer.h"
#include "sector.h"

#define MAX_DRIVES 4
#define MAX_PLACES 4
#define MAX_WORKERS 16

/* The most that one system call moves, and room to begin anywhere in a page. */
#define MAX_SECTORS 256
#define BUFFER_BYTES ((MAX_SECTORS * SECTOR_BYTES) + 4096)

enum { DRIVE_READ, DRIVE_WRITE, DIRECTIONS };

/* What a worker has done, for the host to hold against its own evidence. */
struct account {
	uint64_t bytes[MAX_DRIVES][DIRECTIONS][MAX_PLACES];
	uint64_t frames[MAX_PLACES];
	uint64_t frame_bytes[MAX_PLACES];
	uint64_t operations;
	/* What went wrong first: an operation's name, and an errno value. */
	const char *failed;
	int error;
	uint32_t drive;
	uint32_t sector;
};

/* What all workers share.  Those of a drive's sectors that are a worker's. */
struct stress {
	const char *drives[MAX_DRIVES];
	uint32_t n_drives;
	const char *places[MAX_PLACES];	/* BDFs, or HOST_MEMORY */
	uint32_t n_places;
	const char *nic;
	int ifindex;
	uint32_t n_workers;
	uint32_t seconds;
	uint32_t seed;
	/* All drives are used as far as the smallest of them goes. */
	uint32_t sectors;

	/* Memory that is shared with the workers. */
	struct account *accounts;
	struct sector_id *holds[MAX_DRIVES];
};

/* Works on the sectors of worker @index until @end; what came of it is in its account. */
void stress_work(const struct stress *stress, uint32_t index,
		 const struct timespec *end);

#endif
