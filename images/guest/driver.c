// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "driver.h"

int sysfs_write(const char *path, const char *text)
{
	int fd, ret = 0;

	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

int driver_of(const char *bdf, char driver[static PATH_MAX])
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s/driver", PCI_DEVICES, bdf);
	return realpath(path, driver) ? 0 : -errno;
}

int driver_tell(const char *driver, const char *what, const char *bdf)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", driver, what) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	return sysfs_write(path, bdf);
}
