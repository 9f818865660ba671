// SPDX-License-Identifier: GPL-2.0-only
/* The port of its own on which the guest tells the lab that it lives. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "port.h"

/* The line's size is COMMAND_LINE_SIZE of x86 and of arm64. */
static int find_name(char name[static NAME_MAX])
{
	static const char key[] = "p2plab.port=";
	char line[2048], *word, *rest = line;
	FILE *file = fopen("/proc/cmdline", "re");

	if (!file)
		return -errno;
	if (!fgets(line, sizeof(line), file))
		*line = '\0';
	fclose(file);
	line[strcspn(line, "\n")] = '\0';
	while ((word = strsep(&rest, " "))) {
		if (strncmp(word, key, sizeof(key) - 1))
			continue;
		snprintf(name, NAME_MAX, "/dev/%s", word + sizeof(key) - 1);
		return 0;
	}
	return -ENODEV;
}

int port_open(void)
{
	char name[NAME_MAX];
	struct termios raw;
	int fd = find_name(name);

	if (fd)
		return fd;
	fd = open(name, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* Lines must leave as they are, without a carriage return. */
	if (!tcgetattr(fd, &raw)) {
		cfmakeraw(&raw);
		tcsetattr(fd, TCSANOW, &raw);
	}
	return fd;
}
