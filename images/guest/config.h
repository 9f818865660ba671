/* SPDX-License-Identifier: GPL-2.0-only */
/* A PCI function's configuration space, through its file in sysfs. */
#ifndef P2P_CONFIG_H
#define P2P_CONFIG_H

#include <stdint.h>

/* The four bytes at @offset; 0 where there is nothing to be read. */
uint32_t read_config(int fd, int offset);

/* Where the extended capability @id lies; 0 if there is none. */
int find_extended(int fd, unsigned int id);

#endif
