// SPDX-License-Identifier: GPL-2.0-only
/* p2p transmit: drive -> provider or host memory -> frames, by /dev/p2plab. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <uapi/p2plab.h>

#include "bring.h"
#include "buffer.h"
#include "device.h"
#include "json.h"
#include "lab.h"
#include "link.h"
#include "options.h"
#include "verbs.h"

#define LINK_TIMEOUT_MS 15000
#define FRAME_TIMEOUT_MS 2000

/* Returns the interface's index, or -1 after its fact of failure. */
static int bring_up(const char *bdf)
{
	char name[PATH_MAX];
	int ret = find_nic(bdf, name);

	if (!ret)
		ret = link_up(name, LINK_TIMEOUT_MS);
	if (ret < 0) {
		fact_begin_failed("link", -ret);
		json_string("device", bdf);
		fact_end();
		return -1;
	}
	fact_begin("link");
	json_string("device", bdf);
	json_string("name", name);
	fact_end();
	return ret;
}

static int frames_fact(const struct options *options, int error,
		       uint64_t frames, uint64_t bytes)
{
	if (error)
		fact_begin_failed(failed_op("transmit", error), error);
	else
		fact_begin("transmit");
	json_string("device", options->nic);
	json_number("bytes", bytes);
	json_number("frames", frames);
	fact_end();
	return error ? EXIT_KERNEL : EXIT_DONE;
}

static int send_frames(const struct options *options, int ifindex,
		       const struct buffer *buffer)
{
	uint64_t at = 0, frames = 0;
	int fd, error = 0;

	fd = open("/dev/p2plab", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return lab_failed("/dev/p2plab", errno);

	while (at < buffer->bytes) {
		uint64_t left = buffer->bytes - at;
		struct p2plab_transmit request = {
			.address = (uintptr_t)buffer->address + at,
			.length = left < options->payload ? left
							  : options->payload,
			.ifindex = ifindex,
			.sequence = frames,
			.timeout_ms = FRAME_TIMEOUT_MS,
		};

		if (ioctl(fd, P2PLAB_TRANSMIT, &request)) {
			error = errno;
			break;
		}
		at += request.length;
		frames++;
	}
	close(fd);
	return frames_fact(options, error, frames, at);
}

int verb_transmit(int argc, char **argv)
{
	struct options options;
	struct buffer buffer;
	int ifindex;

	if (!parse_options(&options, argc, argv))
		return EXIT_USAGE;
	if (!options.nic) {
		fprintf(stderr, "p2p: --nic is missing\n");
		return EXIT_USAGE;
	}

	ifindex = bring_up(options.nic);
	if (ifindex < 0 ||
	    buffer_map(&buffer, options.through, options.bytes) ||
	    buffer_fill(&buffer) || bring(&options, &buffer) ||
	    send_frames(&options, ifindex, &buffer))
		return EXIT_KERNEL;
	return buffer_unmap(&buffer) ? EXIT_KERNEL : EXIT_DONE;
}
