// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ways in which a device or its driver goes, comes back or starts anew:
 * p2p unbind|bind|await|reset|power-off BDF, p2p unload MODULE.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "device.h"
#include "driver.h"
#include "json.h"
#include "verbs.h"

static int report(const char *op, const char *what, int ret)
{
	if (ret)
		fact_begin_failed(op, -ret);
	else
		fact_begin(op);
	json_string("device", what);
	fact_end();
	return ret ? EXIT_KERNEL : EXIT_DONE;
}

static int usage(const char *verb, const char *wants)
{
	fprintf(stderr, "p2p: %s wants %s\n", verb, wants);
	return EXIT_USAGE;
}

int verb_unbind(int argc, char **argv)
{
	char driver[PATH_MAX];
	int ret;

	if (argc != 2 || !is_bdf(argv[1]))
		return usage(argv[0], "a BDF");
	ret = driver_of(argv[1], driver);
	if (!ret)
		ret = driver_tell(driver, "unbind", argv[1]);
	return report(argv[0], argv[1], ret);
}

/* Which driver takes the device is the kernel's choice. */
int verb_bind(int argc, char **argv)
{
	char driver[PATH_MAX];
	int ret;

	if (argc != 2 || !is_bdf(argv[1]))
		return usage(argv[0], "a BDF");
	ret = sysfs_write("/sys/bus/pci/drivers_probe", argv[1]);
	if (!ret)
		ret = driver_of(argv[1], driver);
	return report(argv[0], argv[1], ret);
}

static bool has(const char *bdf, const char *pattern)
{
	char path[PATH_MAX];
	glob_t found;

	snprintf(path, sizeof(path), "%s/%s/%s", PCI_DEVICES, bdf, pattern);
	if (glob(path, 0, NULL, &found))
		return false;
	globfree(&found);
	return true;
}

/* A driver is linked before its probe begins: what a probe makes tells. */
static bool is_probed(const char *bdf)
{
	char class[16], state[16];
	char path[NAME_MAX];
	int number;

	if (!has(bdf, "driver") ||
	    read_attribute(bdf, "class", class, sizeof(class)) < 0)
		return false;
	if (!strncmp(class, "0x0200", 6))
		return has(bdf, "net/*");
	if (strncmp(class, "0x0108", 6))
		return true;
	for (number = 0; number < 16; number++) {
		snprintf(path, sizeof(path), "nvme/nvme%d/state", number);
		if (read_attribute(bdf, path, state, sizeof(state)) > 0)
			return !strcmp(state, "live");
	}
	return false;
}

/* Waits until a device that was plugged in is there, with a driver. */
int verb_await(int argc, char **argv)
{
	static const struct timespec pause = { .tv_nsec = 10000000 };
	int looks;

	if (argc != 2 || !is_bdf(argv[1]))
		return usage(argv[0], "a BDF");
	for (looks = 0; looks < 1500; looks++) {
		if (is_probed(argv[1]))
			return report(argv[0], argv[1], 0);
		clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
	}
	return report(argv[0], argv[1], -ETIMEDOUT);
}

int verb_reset(int argc, char **argv)
{
	char pattern[PATH_MAX];
	glob_t found;
	int ret = -ENODEV;

	if (argc != 2 || !is_bdf(argv[1]))
		return usage(argv[0], "the BDF of an NVMe controller");
	snprintf(pattern, sizeof(pattern), "%s/%s/nvme/nvme*/reset_controller",
		 PCI_DEVICES, argv[1]);
	if (!glob(pattern, 0, NULL, &found)) {
		ret = sysfs_write(found.gl_pathv[0], "1");
		globfree(&found);
	}
	return report(argv[0], argv[1], ret);
}

/* A slot's address is its device's BDF without the function. */
static bool slot_has(const char *slot, const char *bdf)
{
	char path[PATH_MAX], address[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "%s/address", slot);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (!fgets(address, sizeof(address), file))
		*address = '\0';
	fclose(file);
	address[strcspn(address, "\n")] = '\0';
	return *address && !strncmp(bdf, address, strlen(address));
}

/* As after the button of the slot was pressed, without its five seconds. */
int verb_power_off(int argc, char **argv)
{
	char path[PATH_MAX];
	int ret = -ENODEV;
	glob_t found;
	size_t i;

	if (argc != 2 || !is_bdf(argv[1]))
		return usage(argv[0], "a BDF");
	if (glob("/sys/bus/pci/slots/*", 0, NULL, &found))
		return report(argv[0], argv[1], ret);
	for (i = 0; i < found.gl_pathc; i++) {
		if (!slot_has(found.gl_pathv[i], argv[1]))
			continue;
		snprintf(path, sizeof(path), "%s/power", found.gl_pathv[i]);
		ret = sysfs_write(path, "0");
		break;
	}
	globfree(&found);
	return report(argv[0], argv[1], ret);
}

int verb_unload(int argc, char **argv)
{
	int ret;

	if (argc != 2 || strchr(argv[1], '/'))
		return usage(argv[0], "a module's name");
	ret = syscall(SYS_delete_module, argv[1], O_NONBLOCK) ? -errno : 0;
	return report(argv[0], argv[1], ret);
}
