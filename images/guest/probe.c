// SPDX-License-Identifier: GPL-2.0-only
/*
 * p2p map-probe: what the DMA API would give to a device for some memory.  Before
 * it asks, the CPU reads a word of every page of peers' memory, in order: the
 * host traces these reads, and knows by them where that memory really lies.
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
#include "json.h"
#include "lab.h"
#include "verbs.h"

#define MAX_SEGMENTS	64
#define PAGE		4096

/* MEMORY[/BAR],OFFSET,LENGTH */
struct segment {
	char memory[16];
	int bar;	/* -1 for user memory */
	uint64_t offset;
	uint64_t length;
};

struct plan {
	const char *initiator;
	uint32_t api;
	uint32_t direction;
	uint32_t mask_bits;
	struct segment segments[MAX_SEGMENTS];
	int count;
};

enum {
	INITIATOR,
	API,
	DIRECTION,
	SEGMENT,
	MASK_BITS,
};

static const struct option known[] = {
	{ "initiator", required_argument, NULL, INITIATOR },
	{ "api", required_argument, NULL, API },
	{ "direction", required_argument, NULL, DIRECTION },
	{ "segment", required_argument, NULL, SEGMENT },
	{ "mask-bits", required_argument, NULL, MASK_BITS },
	{ }
};

static bool parse_segment(struct plan *plan, const char *text)
{
	struct segment *segment = &plan->segments[plan->count];
	unsigned int bar;
	int used = 0;

	if (plan->count == MAX_SEGMENTS)
		return false;
	segment->bar = -1;
	if (sscanf(text, "%15[^,/],%" SCNu64 ",%" SCNu64 "%n", segment->memory,
		   &segment->offset, &segment->length, &used) != 3) {
		if (sscanf(text, "%15[^,/]/%u,%" SCNu64 ",%" SCNu64 "%n",
			   segment->memory, &bar, &segment->offset,
			   &segment->length, &used) != 4 || bar > 5 ||
		    !is_bdf(segment->memory))
			return false;
		segment->bar = bar;
	}
	if (text[used] || !segment->length ||
	    (!is_bdf(segment->memory) && strcmp(segment->memory, HOST_MEMORY)))
		return false;
	plan->count++;
	return true;
}

static bool parse_one(struct plan *plan, int option)
{
	switch (option) {
	case INITIATOR:
		plan->initiator = optarg;
		return is_bdf(optarg) || !strcmp(optarg, "none");
	case API:
		return parse_api(optarg, &plan->api);
	case DIRECTION:
		return parse_direction(optarg, &plan->direction);
	case SEGMENT:
		return parse_segment(plan, optarg);
	case MASK_BITS:
		plan->mask_bits = atoi(optarg);
		return plan->mask_bits > 0 && plan->mask_bits <= 64;
	default:
		return false;
	}
}

static bool parse(struct plan *plan, int argc, char **argv)
{
	int option, index = 0;

	*plan = (struct plan) { .direction = P2PLAB_BOTH_WAYS };
	while ((option = getopt_long(argc, argv, "", known, &index)) != -1) {
		if (parse_one(plan, option))
			continue;
		if (option != '?')
			fprintf(stderr, "p2p: --%s cannot be '%s'\n",
				known[index].name, optarg);
		return false;
	}
	if (!plan->initiator || !plan->api || !plan->count || optind < argc) {
		fprintf(stderr, "p2p: map-probe wants --initiator, --api and --segment\n");
		return false;
	}
	return true;
}

/* The buffer with this memory, mapped as large as any segment needs it. */
static struct buffer *buffer_of(struct buffer *buffers, const struct plan *plan,
				const char *memory)
{
	uint64_t bytes = 0;
	int i;

	for (i = 0; i < plan->count; i++) {
		const struct segment *segment = &plan->segments[i];
		uint64_t end = segment->offset + segment->length;

		if (segment->bar < 0 && !strcmp(segment->memory, memory) &&
		    end > bytes)
			bytes = end;
	}
	for (; buffers->address; buffers++) {
		if (!strcmp(buffers->through, memory))
			return buffers;
	}
	bytes = (bytes + PAGE - 1) / PAGE * PAGE;
	return buffer_map(buffers, memory, bytes) ? NULL : buffers;
}

static void touch(const char *from, uint64_t length)
{
	uintptr_t at = (uintptr_t)from / PAGE * PAGE;

	for (; at < (uintptr_t)from + length; at += PAGE)
		(void)*(const volatile uint32_t *)at;
}

static bool add_segment(struct lab_request *request, struct buffer *buffers,
			const struct plan *plan, const struct segment *segment)
{
	const struct buffer *buffer;

	if (segment->bar >= 0) {
		request->segments[request->map.segment_count++] =
			(struct p2plab_segment) {
				.address = segment->offset,
				.length = segment->length,
				.provider = function_name(segment->memory),
				.bar = segment->bar,
			};
		return true;
	}
	buffer = buffer_of(buffers, plan, segment->memory);
	if (!buffer)
		return false;
	if (strcmp(segment->memory, HOST_MEMORY))
		touch((char *)buffer->address + segment->offset,
		      segment->length);
	else
		memset((char *)buffer->address + segment->offset, 0xa5,
		       segment->length);
	return add_memory(request, (char *)buffer->address + segment->offset,
			  segment->length);
}

/* That it cannot be asked is an answer, too. */
static void probe_fact(const struct plan *plan,
		       const struct lab_request *request, int error)
{
	fact_begin("map-probe");
	json_string("device", plan->initiator);
	json_string("api", api_name(plan->api));
	if (error) {
		json_string("error", error_name(error));
	} else {
		json_null("error");
		print_answer(request);
	}
	fact_end();
}

int verb_probe(int argc, char **argv)
{
	/* One that is not there, behind the last. */
	static struct buffer buffers[MAX_SEGMENTS + 1];
	static struct lab_request request;
	struct plan plan;
	int fd, i;

	if (!parse(&plan, argc, argv))
		return EXIT_USAGE;
	request.map = (struct p2plab_map) {
		.initiator = strcmp(plan.initiator, "none") ?
				     function_name(plan.initiator) :
				     P2PLAB_NO_FUNCTION,
		.api = plan.api,
		.direction = plan.direction,
		.mask_bits = plan.mask_bits,
	};
	for (i = 0; i < plan.count; i++) {
		if (!add_segment(&request, buffers, &plan, &plan.segments[i]))
			return EXIT_KERNEL;
	}
	fd = open_lab();
	if (fd < 0)
		return lab_failed("/dev/p2plab", -fd);
	probe_fact(&plan, &request, -ask_lab(fd, P2PLAB_PROBE, &request));
	close(fd);
	return EXIT_DONE;
}
