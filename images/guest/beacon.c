// SPDX-License-Identifier: GPL-2.0-only
/*
 * p2p beacon: "ready" and then "beat" lines on the lab's port.  A process of
 * its own, which forks nothing, so that the host can tell a hung guest from a
 * slow one.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "json.h"
#include "verbs.h"

static int say(int fd, const char *line)
{
	size_t len = strlen(line);
	ssize_t put = write(fd, line, len);

	if (put == (ssize_t)len)
		return EXIT_DONE;
	fact_failed("beacon", put < 0 ? errno : EIO, 0);
	return EXIT_KERNEL;
}

int verb_beacon(int argc, char **argv)
{
	static const struct timespec pause = { .tv_nsec = 500000000 };
	struct termios raw;
	int fd, ret;

	if (argc != 2) {
		fprintf(stderr, "p2p: beacon wants a port like /dev/ttyS1\n");
		return EXIT_USAGE;
	}
	fd = open(argv[1], O_WRONLY | O_NOCTTY | O_CLOEXEC);
	if (fd < 0) {
		fact_failed("beacon", errno, 0);
		return EXIT_KERNEL;
	}
	/* Lines must leave as they are, without a carriage return. */
	if (!tcgetattr(fd, &raw)) {
		cfmakeraw(&raw);
		tcsetattr(fd, TCSANOW, &raw);
	}
	for (ret = say(fd, "ready\n"); !ret; ret = say(fd, "beat\n"))
		clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
	return ret;
}
