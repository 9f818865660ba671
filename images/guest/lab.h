/* SPDX-License-Identifier: GPL-2.0-only */
/* What map-probe, dma, count and map-matrix ask of /dev/p2plab, and how they say it. */
#ifndef P2P_LAB_H
#define P2P_LAB_H

#include <stdbool.h>
#include <stdint.h>

#include <uapi/p2plab.h>

/* Opens /dev/p2plab; -errno if the module is not there. */
int open_lab(void);

/* A BDF as the module takes it; it must be one. */
uint32_t function_name(const char *bdf);

/* "sg", "page", "resource"; false if @text is none of them. */
bool parse_api(const char *text, uint32_t *api);
const char *api_name(uint32_t api);

/* "to-device", "from-device", "both". */
bool parse_direction(const char *text, uint32_t *direction);

/* A request with its segments and with room for all that can be returned. */
struct lab_request {
	struct p2plab_map map;
	struct p2plab_segment segments[64];
	struct p2plab_extent pieces[P2PLAB_MAX_EXTENTS];
	struct p2plab_extent mappings[P2PLAB_MAX_EXTENTS];
};

/* Adds a segment of user memory; false if there is no room. */
bool add_memory(struct lab_request *request, const void *address,
		uint64_t length);

/*
 * P2PLAB_PROBE or P2PLAB_MOVE; 0 or -errno, which is why the kernel could not
 * be asked: what it refused with is in the request.
 */
int ask_lab(int fd, unsigned long command, struct lab_request *request);

/*
 * The members "refusal", "pieces" and "mappings" of a fact: a symbol of errno
 * or null, and lists of {"address","bytes"} with "peer" or "bus".
 */
void print_answer(const struct lab_request *request);

/*
 * What a fact is to say failed, where @op was to be done by /dev/p2plab, which
 * returned @error: @op itself, "pin" if the kernel does not give the memory to
 * a driver, or "module" if the lab's module could not do its part.
 */
const char *failed_op(const char *op, int error);

/* "EREMOTEIO". */
const char *error_name(int error);

#endif
