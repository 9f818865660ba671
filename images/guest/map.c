// SPDX-License-Identifier: GPL-2.0-only
/*
 * p2p map: maps a provider's memory, in the ways that are allowed and in those
 * that are not, and touches it.  With --pause it stops in between (SIGSTOP),
 * so that the memory can be taken away beneath it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>

#include "buffer.h"
#include "json.h"
#include "options.h"
#include "verbs.h"

enum { THROUGH, BYTES, OFFSET, PRIVATE, READ_ONLY, PAUSE };

static const struct option known[] = {
	{ "through", required_argument, NULL, THROUGH },
	{ "bytes", required_argument, NULL, BYTES },
	{ "offset", required_argument, NULL, OFFSET },
	{ "private", no_argument, NULL, PRIVATE },
	{ "read-only", no_argument, NULL, READ_ONLY },
	{ "pause", no_argument, NULL, PAUSE },
	{ }
};

struct map_options {
	const char *through;
	uint64_t bytes;
	uint64_t offset;
	bool private;
	bool read_only;
	bool pause;
};

static bool parse_one(struct map_options *options, int option,
		      const char *name)
{
	switch (option) {
	case THROUGH:
		return option_bdf(name, optarg, &options->through);
	case BYTES:
		return option_number(name, optarg, &options->bytes);
	case OFFSET:
		return option_number(name, optarg, &options->offset);
	case PRIVATE:
		options->private = true;
		return true;
	case READ_ONLY:
		options->read_only = true;
		return true;
	case PAUSE:
		options->pause = true;
		return true;
	default:
		return false;	/* getopt has said what is wrong */
	}
}

static bool parse(struct map_options *options, int argc, char **argv)
{
	int option, index = 0;

	*options = (struct map_options) { 0 };
	while ((option = getopt_long(argc, argv, "", known, &index)) != -1) {
		if (!parse_one(options, option, known[index].name))
			return false;
	}
	if (optind == argc && options->through && options->bytes)
		return true;
	fprintf(stderr, "p2p: map wants --through and --bytes\n");
	return false;
}

static sigjmp_buf away;

static void on_bus_error(int number)
{
	(void)number;
	siglongjmp(away, 1);
}

/* Reads a word of the memory, which may be gone: SIGBUS is EFAULT here. */
static int touch(const struct buffer *buffer)
{
	static const struct sigaction caught = { .sa_handler = on_bus_error };

	sigaction(SIGBUS, &caught, NULL);
	if (sigsetjmp(away, 1)) {
		fact_begin_failed("touch", EFAULT);
		json_string("signal", "SIGBUS");
		fact_end();
		return EXIT_KERNEL;
	}
	(void)*(const volatile uint64_t *)buffer->address;
	fact_begin("touch");
	fact_end();
	return EXIT_DONE;
}

int verb_map(int argc, char **argv)
{
	struct map_options options;
	struct buffer buffer;
	struct mapping how;
	int ret;

	if (!parse(&options, argc, argv))
		return EXIT_USAGE;
	how = (struct mapping) {
		.prot = options.read_only ? PROT_READ : PROT_READ | PROT_WRITE,
		.private = options.private,
		.offset = options.offset,
	};
	if (buffer_map_as(&buffer, options.through, options.bytes, &how))
		return EXIT_KERNEL;
	ret = touch(&buffer);
	if (!ret && options.pause) {
		raise(SIGSTOP);
		ret = touch(&buffer);
	}
	return buffer_unmap(&buffer) ? EXIT_KERNEL : ret;
}
