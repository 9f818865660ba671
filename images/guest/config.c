// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <linux/pci_regs.h>
#include <unistd.h>

#include "config.h"

uint32_t read_config(int fd, int offset)
{
	unsigned char byte[4] = { 0 };

	if (pread(fd, byte, sizeof(byte), offset) != sizeof(byte))
		return 0;
	return byte[0] | byte[1] << 8 | byte[2] << 16 | (uint32_t)byte[3] << 24;
}

int find_extended(int fd, unsigned int id)
{
	int offset = PCI_CFG_SPACE_SIZE, left = 48;
	uint32_t header;

	while (offset >= PCI_CFG_SPACE_SIZE && left--) {
		header = read_config(fd, offset);
		if (!header)
			break;
		if (PCI_EXT_CAP_ID(header) == id)
			return offset;
		offset = PCI_EXT_CAP_NEXT(header);
	}
	return 0;
}
