// SPDX-License-Identifier: GPL-2.0-only
/* p2p stress: a mixed load for some seconds, and an account of it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "device.h"
#include "json.h"
#include "link.h"
#include "stress.h"
#include "verbs.h"

#define LINK_TIMEOUT_MS 30000

/* Sectors that have one digest together: the host tells by it where one is stale. */
#define DIGEST_SECTORS 256

enum { DRIVE, THROUGH, NIC, WORKERS, SECONDS, SEED };

static const struct option known[] = {
	{ "drive", required_argument, NULL, DRIVE },
	{ "through", required_argument, NULL, THROUGH },
	{ "nic", required_argument, NULL, NIC },
	{ "workers", required_argument, NULL, WORKERS },
	{ "seconds", required_argument, NULL, SECONDS },
	{ "seed", required_argument, NULL, SEED },
	{ }
};

static bool parse_one(struct stress *stress, int option)
{
	switch (option) {
	case DRIVE:
		if (stress->n_drives == MAX_DRIVES || !is_bdf(optarg))
			return false;
		stress->drives[stress->n_drives++] = optarg;
		return true;
	case THROUGH:
		if (stress->n_places == MAX_PLACES ||
		    (!is_bdf(optarg) && strcmp(optarg, HOST_MEMORY)))
			return false;
		stress->places[stress->n_places++] = optarg;
		return true;
	case NIC:
		stress->nic = optarg;
		return is_bdf(optarg);
	case WORKERS:
		stress->n_workers = (uint32_t)atoi(optarg);
		return stress->n_workers > 0 &&
		       stress->n_workers <= MAX_WORKERS;
	case SECONDS:
		stress->seconds = (uint32_t)atoi(optarg);
		return stress->seconds > 0;
	case SEED:
		stress->seed = (uint32_t)atoi(optarg);
		return true;
	default:
		return false;
	}
}

static bool parse(struct stress *stress, int argc, char **argv)
{
	int option;

	*stress = (struct stress) { .n_workers = 4, .seconds = 20, .seed = 1 };
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (!parse_one(stress, option)) {
			fprintf(stderr, "p2p: bad option of stress\n");
			return false;
		}
	}
	if (stress->n_drives && stress->n_places && optind == argc)
		return true;
	fprintf(stderr, "p2p: stress wants a --drive and a --through\n");
	return false;
}

static int find_size(struct stress *stress)
{
	char path[PATH_MAX];
	uint64_t bytes;
	uint32_t i;
	int fd, ret;

	stress->sectors = UINT32_MAX;
	for (i = 0; i < stress->n_drives; i++) {
		ret = await_disk(stress->drives[i], path);
		if (ret)
			return ret;
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return -errno;
		ret = ioctl(fd, BLKGETSIZE64, &bytes) ? -errno : 0;
		close(fd);
		if (ret)
			return ret;
		if (bytes / SECTOR_BYTES < stress->sectors)
			stress->sectors = (uint32_t)(bytes / SECTOR_BYTES);
	}
	return 0;
}

static int find_nic_index(struct stress *stress)
{
	char name[PATH_MAX];
	int ret;

	if (!stress->nic)
		return 0;
	ret = find_nic(stress->nic, name);
	if (!ret)
		ret = link_up(name, LINK_TIMEOUT_MS);
	if (ret < 0)
		return ret;
	stress->ifindex = ret;
	return 0;
}

/* The host has filled the drives: every sector is of generation 0. */
static int share_memory(struct stress *stress)
{
	size_t ids = (size_t)stress->sectors * sizeof(struct sector_id);
	size_t accounts = MAX_WORKERS * sizeof(struct account);
	char *memory;
	uint32_t i, at;

	memory = mmap(NULL, accounts + stress->n_drives * ids,
		      PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (memory == MAP_FAILED)
		return -errno;
	stress->accounts = (struct account *)memory;
	for (i = 0; i < stress->n_drives; i++) {
		stress->holds[i] =
			(struct sector_id *)(memory + accounts + i * ids);
		for (at = 0; at < stress->sectors; at++) {
			stress->holds[i][at].drive = i;
			stress->holds[i][at].sector = at;
		}
	}
	return 0;
}

/* Returns 0, or EXIT_LAB once it has said why: a load of fewer workers is another load. */
static int start_workers(const struct stress *stress,
			 pid_t workers[static MAX_WORKERS])
{
	struct timespec end;
	uint32_t i;
	int error;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += stress->seconds;
	for (i = 0; i < stress->n_workers; i++) {
		workers[i] = fork();
		if (!workers[i]) {
			stress_work(stress, i, &end);
			_exit(0);
		}
		if (workers[i] > 0)
			continue;
		error = errno;
		while (i--)
			kill(workers[i], SIGKILL);
		return lab_failed("fork", error);
	}
	return 0;
}

/* A worker that did not come to its own end was ended by the kernel. */
static int run_workers(const struct stress *stress)
{
	pid_t workers[MAX_WORKERS];
	int status, ret;

	ret = start_workers(stress, workers);
	while (wait(&status) > 0) {
		if (!ret && (!WIFEXITED(status) || WEXITSTATUS(status)))
			ret = -ECHILD;
	}
	return ret;
}

static bool tell_failures(const struct stress *stress)
{
	bool any = false;
	uint32_t i;

	for (i = 0; i < stress->n_workers; i++) {
		const struct account *account = &stress->accounts[i];

		if (!account->failed)
			continue;
		fact_begin_failed(account->failed, account->error);
		json_string("device", stress->drives[account->drive]);
		json_number("sector", account->sector);
		json_number("worker", i);
		fact_end();
		any = true;
	}
	return any;
}

static void tell_flow(const struct stress *stress, uint32_t drive,
		      int direction, uint32_t place)
{
	uint64_t bytes = 0;
	uint32_t i;

	for (i = 0; i < stress->n_workers; i++)
		bytes += stress->accounts[i].bytes[drive][direction][place];
	fact_begin("flow");
	json_string("device", stress->drives[drive]);
	json_string("direction", direction == DRIVE_READ ? "read" : "write");
	json_string("through", stress->places[place]);
	json_number("bytes", bytes);
	fact_end();
}

static void tell_frames(const struct stress *stress, uint32_t place)
{
	uint64_t frames = 0, bytes = 0;
	uint32_t i;

	for (i = 0; i < stress->n_workers; i++) {
		frames += stress->accounts[i].frames[place];
		bytes += stress->accounts[i].frame_bytes[place];
	}
	fact_begin("frames");
	json_string("device", stress->nic);
	json_string("through", stress->places[place]);
	json_number("frames", frames);
	json_number("bytes", bytes);
	fact_end();
}

/* What the drive must hold now, a digest for some sectors together. */
static void tell_digests(const struct stress *stress, uint32_t drive)
{
	uint32_t at, digest = 0;

	fact_begin("holds");
	json_string("device", stress->drives[drive]);
	json_number("sectors", stress->sectors);
	json_open("digests", '[');
	for (at = 0; at < stress->sectors; at++) {
		const struct sector_id *id = &stress->holds[drive][at];

		digest = mix(digest ^ id->drive);
		digest = mix(digest ^ id->sector);
		digest = mix(digest ^ id->generation);
		if ((at + 1) % DIGEST_SECTORS && at + 1 < stress->sectors)
			continue;
		json_number(NULL, digest);
		digest = 0;
	}
	json_close(']');
	fact_end();
}

static void tell_all(const struct stress *stress)
{
	uint64_t operations = 0;
	uint32_t i, place;

	for (i = 0; i < stress->n_workers; i++)
		operations += stress->accounts[i].operations;
	fact_begin("stress");
	json_number("seconds", stress->seconds);
	json_number("workers", stress->n_workers);
	json_number("operations", operations);
	fact_end();
	for (i = 0; i < stress->n_drives; i++) {
		for (place = 0; place < stress->n_places; place++) {
			tell_flow(stress, i, DRIVE_READ, place);
			tell_flow(stress, i, DRIVE_WRITE, place);
		}
		tell_digests(stress, i);
	}
	for (place = 0; stress->nic && place < stress->n_places; place++)
		tell_frames(stress, place);
}

int verb_stress(int argc, char **argv)
{
	struct stress stress;
	int ret;

	if (!parse(&stress, argc, argv))
		return EXIT_USAGE;
	ret = find_size(&stress);
	if (!ret)
		ret = find_nic_index(&stress);
	if (!ret)
		ret = share_memory(&stress);
	if (!ret)
		ret = run_workers(&stress);
	if (ret > 0)
		return ret;
	if (ret) {
		fact_failed("stress", -ret, 0);
		return EXIT_KERNEL;
	}
	tell_all(&stress);
	return tell_failures(&stress) ? EXIT_KERNEL : EXIT_DONE;
}
