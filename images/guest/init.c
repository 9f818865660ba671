// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's first process: brings the guest up, says "ready" on the lab's
 * port, and then "beat" twice a second, so that the host can tell a hung guest
 * from a slow one.  It is this tool and no shell, and it forks nothing but
 * what it starts, for every guest pays for it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "driver.h"
#include "port.h"
#include "ssh.h"
#include "system.h"
#include "verbs.h"

/* A bundle's own script: a run repeated without the lab. */
#define REPLAY "/p2plab/replay"

#define BEAT_MS 500

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

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Between the beats it lets the lab in, and reaps whatever is left to it. */
static void keep_alive(int port, int listener)
{
	struct pollfd waited = { .fd = listener, .events = POLLIN };
	long long next = now_ms() + BEAT_MS;

	for (;;) {
		long long left = next - now_ms();
		int ret = left > 0 ? poll(&waited, 1, left) : 0;

		if (ret > 0) {
			ret = ssh_accept(listener);
			/* Who connects is turned away; who is in stays in. */
			if (ret == -EAGAIN || ret == -ENOMEM)
				continue;
			if (ret)
				give_up("ssh", -ret);
			continue;
		}
		next = now_ms() + BEAT_MS;
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (port >= 0)
			say(port, "beat\n");
	}
}

int guest_init(void)
{
	int ret, port, listener;

	setenv("PATH", "/sbin:/usr/sbin:/bin:/usr/bin", 1);
	setenv("HOME", "/root", 1);
	ret = mount_all();
	if (ret)
		give_up("mount", -ret);
	ret = start_network();
	if (ret)
		give_up("network", -ret);

	/*
	 * A guest that does not answer any more can still be sent an NMI: its
	 * panic says where it was.  Only x86 knows this setting.
	 */
	sysfs_write("/proc/sys/kernel/unknown_nmi_panic", "1");

	if (!access(REPLAY, F_OK)) {
		char *const replay[] = { "/bin/sh", REPLAY, NULL };

		run(replay);
		power_off();
	}

	port = port_open();
	if (port < 0 && port != -ENODEV)
		give_up("the lab's port", -port);
	listener = ssh_listen();
	if (listener < 0)
		give_up("ssh", -listener);
	if (port >= 0)
		say(port, "ready\n");
	keep_alive(port, listener);
	return EXIT_KERNEL;
}
