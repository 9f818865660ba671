// SPDX-License-Identifier: GPL-2.0-only
/*
 * p2p acs BDF BITS MASK: writes those bits of a port's ACS control that the
 * mask has, past the kernel, as setpci does, and tells what the port has then.
 */
#define _GNU_SOURCE
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/pci_regs.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "config.h"
#include "device.h"
#include "json.h"
#include "verbs.h"

static int write_acs(const char *bdf, uint16_t bits, uint16_t mask,
		     uint32_t *found)
{
	char path[PATH_MAX];
	uint16_t control;
	int fd, acs, ret = 0;

	snprintf(path, sizeof(path), "%s/%s/config", PCI_DEVICES, bdf);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	acs = find_extended(fd, PCI_EXT_CAP_ID_ACS);
	if (acs) {
		control = read_config(fd, acs + PCI_ACS_CAP) >> 16;
		control = htole16((control & ~mask) | (bits & mask));
		if (pwrite(fd, &control, sizeof(control),
			   acs + PCI_ACS_CTRL) != sizeof(control))
			ret = -errno;
		*found = read_config(fd, acs + PCI_ACS_CAP) >> 16;
	} else {
		ret = -ENODEV;
	}
	close(fd);
	if (!ret && (*found & mask) != (bits & mask))
		ret = -EIO;
	return ret;
}

static bool parse_word(const char *text, uint16_t *word)
{
	unsigned long value;
	char *end;

	value = strtoul(text, &end, 16);
	*word = value;
	return end != text && !*end && value <= UINT16_MAX;
}

int verb_acs(int argc, char **argv)
{
	uint16_t bits, mask;
	uint32_t found = 0;
	int ret;

	if (argc != 4 || !is_bdf(argv[1]) || !parse_word(argv[2], &bits) ||
	    !parse_word(argv[3], &mask)) {
		fprintf(stderr, "p2p: acs wants a BDF, bits and a mask\n");
		return EXIT_USAGE;
	}
	ret = write_acs(argv[1], bits, mask, &found);
	if (ret)
		fact_begin_failed("acs", -ret);
	else
		fact_begin("acs");
	json_string("device", argv[1]);
	json_hex("acs_control", found, 4);
	fact_end();
	return ret ? EXIT_KERNEL : EXIT_DONE;
}
