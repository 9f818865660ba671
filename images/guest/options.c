// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "device.h"
#include "options.h"

enum {
	FROM,
	TO,
	THROUGH,
	NIC,
	BYTES,
	CHUNK,
	FROM_OFFSET,
	TO_OFFSET,
	PAYLOAD,
	NO_READBACK,
	BY_CPU,
};

static const struct option known[] = {
	{ "from", required_argument, NULL, FROM },
	{ "to", required_argument, NULL, TO },
	{ "through", required_argument, NULL, THROUGH },
	{ "nic", required_argument, NULL, NIC },
	{ "bytes", required_argument, NULL, BYTES },
	{ "chunk", required_argument, NULL, CHUNK },
	{ "from-offset", required_argument, NULL, FROM_OFFSET },
	{ "to-offset", required_argument, NULL, TO_OFFSET },
	{ "payload", required_argument, NULL, PAYLOAD },
	{ "no-readback", no_argument, NULL, NO_READBACK },
	{ "by-cpu", no_argument, NULL, BY_CPU },
	{ }
};

bool option_number(const char *name, const char *text, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 0);
	if (!errno && end != text && !*end && *text != '-')
		return true;
	fprintf(stderr, "p2p: --%s wants a number, not '%s'\n", name, text);
	return false;
}

bool option_bdf(const char *name, const char *text, const char **value)
{
	*value = text;
	if (is_bdf(text))
		return true;
	if (!strcmp(name, "through") && !strcmp(text, HOST_MEMORY))
		return true;
	fprintf(stderr, "p2p: --%s wants a BDF like 0000:03:00.0, not '%s'\n",
		name, text);
	return false;
}

static bool parse_one(struct options *options, int option, const char *name)
{
	switch (option) {
	case FROM:
		return option_bdf(name, optarg, &options->from);
	case TO:
		return option_bdf(name, optarg, &options->to);
	case THROUGH:
		return option_bdf(name, optarg, &options->through);
	case NIC:
		return option_bdf(name, optarg, &options->nic);
	case BYTES:
		return option_number(name, optarg, &options->bytes);
	case CHUNK:
		return option_number(name, optarg, &options->chunk);
	case FROM_OFFSET:
		return option_number(name, optarg, &options->from_offset);
	case TO_OFFSET:
		return option_number(name, optarg, &options->to_offset);
	case PAYLOAD:
		return option_number(name, optarg, &options->payload);
	case NO_READBACK:
		options->readback = false;
		return true;
	case BY_CPU:
		options->by_cpu = true;
		return true;
	default:
		return false;	/* getopt has said what is wrong */
	}
}

static bool check(struct options *options)
{
	const char *wrong = NULL;

	if (!options->chunk)
		options->chunk = options->bytes;
	if (!options->from)
		wrong = "--from is missing";
	else if (!options->through)
		wrong = "--through is missing";
	else if (!options->bytes || options->bytes % 4096)
		wrong = "--bytes must be a multiple of 4096";
	else if (options->chunk % 512)
		wrong = "--chunk must be a multiple of 512";
	else if (options->from_offset % 512 || options->to_offset % 512)
		wrong = "an offset must be a multiple of 512";
	else if (!options->payload || options->payload > 1496)
		wrong = "--payload must be 1 to 1496";
	if (wrong)
		fprintf(stderr, "p2p: %s\n", wrong);
	return !wrong;
}

bool parse_options(struct options *options, int argc, char **argv)
{
	int option, index = 0;

	*options = (struct options) { .readback = true, .payload = 1024 };
	while ((option = getopt_long(argc, argv, "", known, &index)) != -1) {
		if (!parse_one(options, option, known[index].name))
			return false;
	}
	if (optind < argc) {
		fprintf(stderr, "p2p: unexpected '%s'\n", argv[optind]);
		return false;
	}
	return check(options);
}
