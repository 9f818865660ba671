/* SPDX-License-Identifier: GPL-2.0-only */
/* A driver's files in sysfs. */
#ifndef P2P_DRIVER_H
#define P2P_DRIVER_H

#include <limits.h>

/* The folder of the driver that @bdf has; 0 or -errno. */
int driver_of(const char *bdf, char driver[static PATH_MAX]);

/* Writes @bdf to the file @what ("bind", "unbind") of a driver; 0 or -errno. */
int driver_tell(const char *driver, const char *what, const char *bdf);

/* Writes @text to a file of sysfs: 0 or -errno. */
int sysfs_write(const char *path, const char *text);

#endif
