/* SPDX-License-Identifier: GPL-2.0-only */
/* The options that copy and transmit take. */
#ifndef P2P_OPTIONS_H
#define P2P_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct options {
	const char *from;	/* the drive that is read: a BDF */
	const char *to;		/* the drive that is written, or NULL */
	const char *through;	/* the provider's BDF, or HOST_MEMORY */
	const char *nic;	/* the NIC that sends, or NULL */
	uint64_t bytes;
	uint64_t chunk;		/* a system call; all bytes if not given */
	uint64_t from_offset;
	uint64_t to_offset;
	uint64_t payload;	/* a frame */
	bool readback;
	bool by_cpu;		/* the CPU brings the bytes to the provider */
};

/* Parses argv[1…]; says on stderr what is wrong and returns false. */
bool parse_options(struct options *options, int argc, char **argv);

/*
 * The value of the option --@name: a number, or a BDF; "through" may be
 * HOST_MEMORY too.  They say on stderr what is wrong and return false.
 */
bool option_number(const char *name, const char *text, uint64_t *value);
bool option_bdf(const char *name, const char *text, const char **value);

#endif
