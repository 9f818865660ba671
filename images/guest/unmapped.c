// SPDX-License-Identifier: GPL-2.0-only
/*
 * p2p use-after-unmap: an edu reads memory that is mapped for it, and once
 * more at the same addresses when the mapping is gone.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "buffer.h"
#include "device.h"
#include "json.h"
#include "lab.h"
#include "verbs.h"

#define PAGE		4096
#define TIMEOUT_MS	10000

int verb_use_after_unmap(int argc, char **argv)
{
	static struct lab_request request;
	struct buffer buffer;
	uint32_t api;
	int fd, error;

	if (argc != 4 || !is_bdf(argv[1]) ||
	    (!is_bdf(argv[2]) && strcmp(argv[2], HOST_MEMORY)) ||
	    !parse_api(argv[3], &api)) {
		fprintf(stderr,
			"p2p: use-after-unmap wants an edu's BDF, a BDF or host-memory, and an API\n");
		return EXIT_USAGE;
	}
	if (buffer_map(&buffer, argv[2], PAGE) || buffer_fill(&buffer))
		return EXIT_KERNEL;
	request.map = (struct p2plab_map) {
		.initiator = function_name(argv[1]),
		.api = api,
		.direction = P2PLAB_TO_DEVICE,
		.timeout_ms = TIMEOUT_MS,
		.flags = P2PLAB_MOVE_AFTER_UNMAP,
	};
	add_memory(&request, buffer.address, PAGE);
	fd = open_lab();
	error = fd < 0 ? -fd : -ask_lab(fd, P2PLAB_MOVE, &request);
	if (fd >= 0)
		close(fd);
	if (!error)
		error = request.map.refusal;
	if (error)
		fact_begin_failed("dma", error);
	else
		fact_begin("dma");
	json_string("device", argv[1]);
	json_string("through", argv[2]);
	json_string("api", api_name(api));
	if (fd >= 0)
		print_answer(&request);
	fact_end();
	if (error)
		return EXIT_KERNEL;
	return buffer_unmap(&buffer) ? EXIT_KERNEL : EXIT_DONE;
}
