// SPDX-License-Identifier: GPL-2.0-only
/*
 * p2p dma: drive -> host memory -CPU-> source -edu-> target -CPU-> host memory
 * -> drive.  The drives and the CPU only bring and fetch; between source and
 * target the edu moves the bytes, mapped by the API that is asked for.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buffer.h"
#include "device.h"
#include "disk.h"
#include "json.h"
#include "lab.h"
#include "verbs.h"

#define PAGE		4096
#define TIMEOUT_MS	10000

struct plan {
	const char *edu;
	const char *from;
	const char *to;		/* or NULL */
	const char *source;
	const char *target;
	uint32_t api;
	uint64_t bytes;
	uint64_t offset;	/* into source and target */
	uint64_t from_offset;
	uint64_t to_offset;
};

enum {
	EDU,
	FROM,
	TO,
	SOURCE,
	TARGET,
	API,
	BYTES,
	OFFSET,
	FROM_OFFSET,
	TO_OFFSET,
};

static const struct option known[] = {
	{ "edu", required_argument, NULL, EDU },
	{ "from", required_argument, NULL, FROM },
	{ "to", required_argument, NULL, TO },
	{ "source", required_argument, NULL, SOURCE },
	{ "target", required_argument, NULL, TARGET },
	{ "api", required_argument, NULL, API },
	{ "bytes", required_argument, NULL, BYTES },
	{ "offset", required_argument, NULL, OFFSET },
	{ "from-offset", required_argument, NULL, FROM_OFFSET },
	{ "to-offset", required_argument, NULL, TO_OFFSET },
	{ }
};

static bool is_memory(const char *text)
{
	return is_bdf(text) || !strcmp(text, HOST_MEMORY);
}

static bool parse_one(struct plan *plan, int option)
{
	switch (option) {
	case EDU:
		plan->edu = optarg;
		return is_bdf(optarg);
	case FROM:
		plan->from = optarg;
		return is_bdf(optarg);
	case TO:
		plan->to = optarg;
		return is_bdf(optarg);
	case SOURCE:
		plan->source = optarg;
		return is_memory(optarg);
	case TARGET:
		plan->target = optarg;
		return is_memory(optarg);
	case API:
		return parse_api(optarg, &plan->api);
	case BYTES:
		plan->bytes = strtoull(optarg, NULL, 0);
		return plan->bytes && plan->bytes <= P2PLAB_EDU_BUFFER &&
		       plan->bytes % 4 == 0;
	case OFFSET:
		plan->offset = strtoull(optarg, NULL, 0);
		return plan->offset < PAGE && plan->offset % 4 == 0;
	case FROM_OFFSET:
		plan->from_offset = strtoull(optarg, NULL, 0);
		return plan->from_offset % 512 == 0;
	case TO_OFFSET:
		plan->to_offset = strtoull(optarg, NULL, 0);
		return plan->to_offset % 512 == 0;
	default:
		return false;
	}
}

static bool parse(struct plan *plan, int argc, char **argv)
{
	int option, index = 0;

	*plan = (struct plan) { .bytes = P2PLAB_EDU_BUFFER };
	while ((option = getopt_long(argc, argv, "", known, &index)) != -1) {
		if (parse_one(plan, option))
			continue;
		if (option != '?')
			fprintf(stderr, "p2p: --%s cannot be '%s'\n",
				known[index].name, optarg);
		return false;
	}
	if (!plan->edu || !plan->from || !plan->source || !plan->target ||
	    !plan->api || optind < argc) {
		fprintf(stderr, "p2p: dma wants --edu, --api, --from, --source and --target\n");
		return false;
	}
	return true;
}

/* Word by word: the host traces what the CPU does to a peer's memory. */
static void copy_words(void *to, const void *from, uint64_t bytes)
{
	const volatile uint32_t *source = from;
	volatile uint32_t *target = to;
	uint64_t i;

	for (i = 0; i < bytes / sizeof(*target); i++)
		target[i] = source[i];
}

static int copy_fact(const char *op, const char *memory, uint64_t bytes)
{
	fact_begin(op);
	json_string("through", memory);
	json_number("bytes", bytes);
	fact_end();
	return 0;
}

static int move(const struct plan *plan, uint32_t direction,
		const struct buffer *memory)
{
	static struct lab_request request;
	int fd = open_lab(), error = -fd;
	const char *failed = "module";

	request.map = (struct p2plab_map) {
		.initiator = function_name(plan->edu),
		.api = plan->api,
		.direction = direction,
		.timeout_ms = TIMEOUT_MS,
	};
	add_memory(&request, (char *)memory->address + plan->offset,
		   plan->bytes);
	if (fd >= 0) {
		error = -ask_lab(fd, P2PLAB_MOVE, &request);
		failed = failed_op("module", error);
		close(fd);
	}
	if (!error) {
		error = request.map.refusal;
		failed = "dma";
	}
	if (error)
		fact_begin_failed(failed, error);
	else
		fact_begin("dma");
	json_string("device", plan->edu);
	json_string("direction", direction == P2PLAB_TO_DEVICE ? "read" :
								 "write");
	json_string("through", memory->through);
	json_string("api", api_name(plan->api));
	if (fd >= 0)
		print_answer(&request);
	fact_end();
	return error;
}

int verb_dma(int argc, char **argv)
{
	struct buffer source, target, brought, fetched;
	struct plan plan;
	uint64_t room;

	if (!parse(&plan, argc, argv))
		return EXIT_USAGE;
	room = plan.offset + plan.bytes > PAGE ? 2 * PAGE : PAGE;

	if (buffer_map(&brought, HOST_MEMORY, PAGE) ||
	    buffer_map(&fetched, HOST_MEMORY, PAGE) ||
	    buffer_map(&source, plan.source, room) ||
	    buffer_map(&target, plan.target, room) ||
	    disk_read(plan.from, plan.from_offset, PAGE, &brought))
		return EXIT_KERNEL;
	copy_words((char *)source.address + plan.offset, brought.address,
		   plan.bytes);
	copy_fact("bring", plan.source, plan.bytes);
	if (buffer_fill(&target) ||
	    move(&plan, P2PLAB_TO_DEVICE, &source) ||
	    move(&plan, P2PLAB_FROM_DEVICE, &target))
		return EXIT_KERNEL;

	copy_words(fetched.address, (char *)target.address + plan.offset,
		   plan.bytes);
	copy_fact("fetch", plan.target, plan.bytes);
	if (plan.to && disk_write(plan.to, plan.to_offset, PAGE, &fetched))
		return EXIT_KERNEL;
	return EXIT_DONE;
}
