/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sectors that say what they are: a header with drive, sector and generation,
 * and words that follow from these, so that one that is lost, torn, or in the
 * wrong place shows.  The host knows the same rule (src/evidence/sectors.ts).
 */
#ifndef P2P_SECTOR_H
#define P2P_SECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SECTOR_BYTES 512
#define SECTOR_WORDS (SECTOR_BYTES / sizeof(uint32_t))

/* What a sector holds: that which was written as @sector of @drive first. */
struct sector_id {
	uint32_t drive;
	uint32_t sector;
	uint32_t generation;
};

/*
 * The CPU goes over @words in order, a word at a time: they may be memory of
 * a provider.  sector_holds() tells whether they are those of @id.
 */
void sector_fill(volatile uint32_t *words, const struct sector_id *id);
bool sector_holds(const volatile uint32_t *words, const struct sector_id *id);

/* The 32-bit finalizer of MurmurHash3: no word maps to another's. */
uint32_t mix(uint32_t word);

#endif
