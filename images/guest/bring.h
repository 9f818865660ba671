/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef P2P_BRING_H
#define P2P_BRING_H

struct buffer;
struct options;

/*
 * Brings what a drive holds into @buffer: the drive writes it there or, by
 * --by-cpu, the CPU does.  Prints its facts and returns 0 or 1.
 */
int bring(const struct options *options, const struct buffer *buffer);

#endif
