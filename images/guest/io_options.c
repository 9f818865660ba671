// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "device.h"
#include "io.h"
#include "options.h"

enum {
	FROM,
	TO,
	FROM_OFFSET,
	TO_OFFSET,
	IOVEC,
	OVERRUN,
	REPEAT,
	ENGINE,
	READ_ONLY,
	CHILD,
	READBACK,
};

static const struct option known[] = {
	{ "from", required_argument, NULL, FROM },
	{ "to", required_argument, NULL, TO },
	{ "from-offset", required_argument, NULL, FROM_OFFSET },
	{ "to-offset", required_argument, NULL, TO_OFFSET },
	{ "iovec", required_argument, NULL, IOVEC },
	{ "overrun", required_argument, NULL, OVERRUN },
	{ "repeat", required_argument, NULL, REPEAT },
	{ "engine", required_argument, NULL, ENGINE },
	{ "read-only", no_argument, NULL, READ_ONLY },
	{ "child", no_argument, NULL, CHILD },
	{ "readback", no_argument, NULL, READBACK },
	{ }
};

/* THROUGH,BYTES,SKIP */
static bool parse_segment(struct io_plan *plan, char *text)
{
	struct io_segment *segment = &plan->segments[plan->count];
	const char *bytes, *skip;

	if (plan->count == IO_SEGMENTS) {
		fprintf(stderr, "p2p: at most %d --iovec\n", IO_SEGMENTS);
		return false;
	}
	text = strtok(text, ",");
	bytes = strtok(NULL, ",");
	skip = strtok(NULL, ",");
	if (!text || !bytes || !skip) {
		fprintf(stderr, "p2p: --iovec wants THROUGH,BYTES,SKIP\n");
		return false;
	}
	plan->count++;
	return option_bdf("through", text, &segment->through) &&
	       option_number("iovec", bytes, &segment->bytes) &&
	       option_number("iovec", skip, &segment->skip);
}

static bool parse_engine(const char *text, enum io_engine *engine)
{
	static const char *const names[] = {
		[ENGINE_SYNC] = "sync",
		[ENGINE_URING] = "io_uring",
		[ENGINE_URING_REGISTERED] = "io_uring-registered",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!strcmp(text, names[i])) {
			*engine = i;
			return true;
		}
	}
	fprintf(stderr, "p2p: no engine is called '%s'\n", text);
	return false;
}

static bool parse_one(struct io_plan *plan, int option, const char *name)
{
	switch (option) {
	case FROM:
		return option_bdf(name, optarg, &plan->from);
	case TO:
		return option_bdf(name, optarg, &plan->to);
	case FROM_OFFSET:
		return option_number(name, optarg, &plan->from_offset);
	case TO_OFFSET:
		return option_number(name, optarg, &plan->to_offset);
	case IOVEC:
		return parse_segment(plan, optarg);
	case OVERRUN:
		return option_number(name, optarg, &plan->overrun);
	case REPEAT:
		return option_number(name, optarg, &plan->repeat);
	case ENGINE:
		return parse_engine(optarg, &plan->engine);
	case READ_ONLY:
		plan->read_only = true;
		return true;
	case CHILD:
		plan->child = true;
		return true;
	case READBACK:
		plan->readback = true;
		return true;
	default:
		return false;	/* getopt has said what is wrong */
	}
}

bool parse_io(struct io_plan *plan, int argc, char **argv)
{
	const char *wrong = NULL;
	int option, index = 0;

	*plan = (struct io_plan) { .repeat = 1 };
	while ((option = getopt_long(argc, argv, "", known, &index)) != -1) {
		if (!parse_one(plan, option, known[index].name))
			return false;
	}
	if (optind < argc)
		wrong = "io takes options only";
	else if (!plan->from && !plan->to)
		wrong = "--from or --to is missing";
	else if (!plan->count)
		wrong = "--iovec is missing";
	if (wrong)
		fprintf(stderr, "p2p: %s\n", wrong);
	return !wrong;
}
