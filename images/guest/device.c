// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "device.h"

bool is_bdf(const char *text)
{
	static const char form[] = "xxxx:xx:xx.x";
	size_t i;

	if (strlen(text) != sizeof(form) - 1)
		return false;
	for (i = 0; form[i]; i++) {
		if (form[i] == 'x' ? !isxdigit((unsigned char)text[i])
				   : text[i] != form[i])
			return false;
	}
	return true;
}

/* The last component of the only path that fits; more than one is -EMLINK. */
static int find_one(const char *bdf, const char *pattern,
		    char name[static PATH_MAX])
{
	char path[PATH_MAX];
	glob_t found;
	int ret = 0;

	snprintf(path, sizeof(path), "%s/%s/%s", PCI_DEVICES, bdf, pattern);
	if (glob(path, 0, NULL, &found))
		return -ENODEV;
	if (found.gl_pathc > 1)
		ret = -EMLINK;
	else
		snprintf(name, PATH_MAX, "%s",
			 strrchr(found.gl_pathv[0], '/') + 1);
	globfree(&found);
	return ret;
}

int find_disk(const char *bdf, char path[static PATH_MAX])
{
	char name[PATH_MAX];
	int ret = find_one(bdf, "nvme/nvme*/nvme*n*", name);

	if (ret)
		return ret;
	if (snprintf(path, PATH_MAX, "/dev/%s", name) >= PATH_MAX)
		return -ENAMETOOLONG;
	return 0;
}

int await_disk(const char *bdf, char path[static PATH_MAX])
{
	static const struct timespec pause = { .tv_nsec = 2000000 };
	int ret, looks;

	/* No event tells somebody who comes late: look often, not for ever. */
	for (looks = 0; looks < 5000; looks++) {
		ret = find_disk(bdf, path);
		/* sysfs is ahead of devtmpfs. */
		if (!ret && access(path, F_OK))
			ret = -errno;
		if (ret != -ENODEV && ret != -ENOENT)
			break;
		clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
	}
	return ret;
}

int find_nic(const char *bdf, char name[static PATH_MAX])
{
	return find_one(bdf, "net/*", name);
}

int read_attribute(const char *bdf, const char *name, char *text, size_t size)
{
	char path[PATH_MAX];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "%s/%s/%s", PCI_DEVICES, bdf, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = read(fd, text, size - 1);
	if (len < 0)
		len = -errno;
	close(fd);
	if (len < 0)
		return len;
	while (len > 0 && text[len - 1] == '\n')
		len--;
	text[len] = '\0';
	return len;
}
