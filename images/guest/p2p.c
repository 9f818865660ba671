// SPDX-License-Identifier: GPL-2.0-only
/*
 * p2p: drives peer-to-peer DMA inside a guest of the lab and says what it
 * did, one JSON object a line.  What it says explains a run; the host's own
 * evidence decides it.
 *
 * Built from all the C files of this folder, with -I ../include and -static.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "verbs.h"

static const struct verb {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *usage;
} verbs[] = {
	{ "tree", verb_tree, "[--brief]" },
	{ "acs", verb_acs, "BDF BITS MASK" },
	{ "copy", verb_copy,
	  "--from BDF [--to BDF] --through BDF|host-memory --bytes N\n"
	  "           [--chunk N] [--from-offset N] [--to-offset N]\n"
	  "           [--no-readback] [--by-cpu]" },
	{ "transmit", verb_transmit,
	  "--from BDF --through BDF|host-memory --nic BDF --bytes N\n"
	  "           [--payload N] [--chunk N] [--from-offset N] [--by-cpu]" },
	{ "fail-allocations", verb_starve, "BDF" },
	{ "stress", verb_stress,
	  "--drive BDF… --through BDF|host-memory… [--nic BDF]\n"
	  "           [--workers N] [--seconds N] [--seed N]" },
	{ "io", verb_io,
	  "[--from BDF] [--to BDF] --iovec BDF|host-memory,BYTES,SKIP…\n"
	  "           [--from-offset N] [--to-offset N] [--overrun N]\n"
	  "           [--engine sync|io_uring|io_uring-registered]\n"
	  "           [--repeat N] [--read-only] [--child] [--readback]" },
	{ "map", verb_map,
	  "--through BDF --bytes N [--offset N] [--private]\n"
	  "           [--read-only] [--pause]" },
	{ "drain-pool", verb_exhaust, "BDF BYTES" },
	{ "gup", verb_gup,
	  "BDF process_vm_readv|process_vm_writev|proc-mem-read|\n"
	  "           proc-mem-write|vmsplice …" },
	{ "use-after-unmap", verb_use_after_unmap,
	  "BDF BDF|host-memory sg|page|resource" },
	{ "write-zeroes", verb_write_zeroes, "BDF OFFSET BYTES" },
	{ "begin", verb_begin, "JOB COMMAND…" },
	{ "end", verb_end, "JOB SECONDS" },
	{ "await", verb_await, "BDF" },
	{ "bind", verb_bind, "BDF" },
	{ "unbind", verb_unbind, "BDF" },
	{ "map-probe", verb_probe,
	  "--initiator BDF|none --api sg|page|resource\n"
	  "           [--direction to-device|from-device|both] [--mask-bits N]\n"
	  "           --segment BDF|host-memory,OFFSET,LENGTH\n"
	  "           --segment BDF/BAR,OFFSET,LENGTH …" },
	{ "dma", verb_dma,
	  "--edu BDF --api sg|page|resource --from BDF [--to BDF]\n"
	  "           --source BDF|host-memory --target BDF|host-memory\n"
	  "           [--bytes N] [--offset N] [--from-offset N] [--to-offset N]" },
	{ "map-matrix", verb_survey, "sg|page|resource …" },
	{ "count", verb_count, "BDF" },
	{ "rebind", verb_rebind, "BDF" },
	{ "reset", verb_reset, "BDF" },
	{ "power-off", verb_power_off, "BDF" },
	{ "unload", verb_unload, "MODULE" },
	{ "counters", verb_counters, "MODULE" },
	{ "log", verb_log, "" },
	{ "serve", verb_serve, "" },
};

#define VERBS (sizeof(verbs) / sizeof(*verbs))

int run_verb(int argc, char **argv)
{
	size_t i;

	for (i = 0; argc > 0 && i < VERBS; i++) {
		if (!strcmp(argv[0], verbs[i].name))
			return verbs[i].run(argc, argv);
	}
	for (i = 0; i < VERBS; i++)
		fprintf(stderr, "%s p2p %s %s\n", i ? "      " : "usage:",
			verbs[i].name, verbs[i].usage);
	return EXIT_USAGE;
}

/*
 * As root's shell: the session of the lab's requests is one exec less, and all
 * else is the real shell's.
 */
static int shell(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "-c") &&
	    !strcmp(argv[2], "p2p serve")) {
		argv[2] = "serve";
		return run_verb(1, argv + 2);
	}
	argv[0] = argv[0][0] == '-' ? "-sh" : "sh";
	execv("/bin/sh", argv);
	return EXIT_KERNEL;
}

int main(int argc, char **argv)
{
	if (getpid() == 1)
		return guest_init();
	if (strstr(argv[0], "p2p-shell"))
		return shell(argc, argv);
	return run_verb(argc - 1, argv + 1);
}
