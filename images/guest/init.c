// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's first process: brings the guest up, says "ready" on the lab's
 * port, and then "beat" twice a second, so that the host can tell a hung guest
 * from a slow one.  It is this tool and no shell, and it forks nothing but
 * what it starts, for every guest pays for it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "port.h"
#include "system.h"
#include "verbs.h"

/* A bundle's own script: a run repeated without the lab. */
#define REPLAY "/p2plab/replay"

static void power_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
}

/* What PID 1 says goes to the console, and then there is no use in going on. */
static void give_up(const char *what, int error)
{
	fprintf(stderr, "p2plab: the guest does not start: %s: %s\n", what,
		strerror(error));
	power_off();
}

/* Returns the exit status, or a negative errno. */
static int run(char *const words[])
{
	int status, ret;
	pid_t pid;

	ret = posix_spawn(&pid, words[0], NULL, NULL, words, environ);
	if (ret)
		return -ret;
	if (waitpid(pid, &status, 0) < 0)
		return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
}

static void say(int fd, const char *line)
{
	size_t len = strlen(line);

	if (write(fd, line, len) != (ssize_t)len)
		give_up("the lab's port", errno);
}

/* It goes into the background once it listens: by then the guest is ready. */
static void serve(void)
{
	char *const dropbear[] = {
		"/sbin/dropbear", "-s", "-j", "-k", "-p", "22",
		"-r", "/etc/dropbear/host_key", NULL
	};
	int ret = run(dropbear);

	if (ret)
		give_up("dropbear", ret < 0 ? -ret : ECANCELED);
}

/* Between the beats it reaps whatever is left to it. */
static void keep_alive(int fd)
{
	static const struct timespec pause = { .tv_nsec = 500000000 };

	for (;;) {
		clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (fd >= 0)
			say(fd, "beat\n");
	}
}

int guest_init(void)
{
	int ret, fd;

	setenv("PATH", "/sbin:/usr/sbin:/bin:/usr/bin", 1);
	setenv("HOME", "/root", 1);
	ret = mount_all();
	if (ret)
		give_up("mount", -ret);
	ret = start_network();
	if (ret)
		give_up("network", -ret);

	if (!access(REPLAY, F_OK)) {
		char *const replay[] = { "/bin/sh", REPLAY, NULL };

		run(replay);
		power_off();
	}

	fd = port_open();
	if (fd < 0 && fd != -ENODEV)
		give_up("the lab's port", -fd);
	serve();
	if (fd >= 0)
		say(fd, "ready\n");
	keep_alive(fd);
	return EXIT_KERNEL;
}
