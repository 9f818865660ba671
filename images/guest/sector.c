// SPDX-License-Identifier: GPL-2.0-only
#include "sector.h"

#define MAGIC UINT32_C(0x53325032)	/* "2P2S" */
#define GOLDEN UINT32_C(0x9e3779b9)

uint32_t mix(uint32_t word)
{
	word ^= word >> 16;
	word *= UINT32_C(0x85ebca6b);
	word ^= word >> 13;
	word *= UINT32_C(0xc2b2ae35);
	return word ^ (word >> 16);
}

static uint32_t seed_of(const struct sector_id *id)
{
	return mix(id->drive ^ mix(id->sector ^ mix(id->generation ^ MAGIC)));
}

static uint32_t word_at(const struct sector_id *id, uint32_t seed, size_t i)
{
	switch (i) {
	case 0:
		return MAGIC;
	case 1:
		return id->drive;
	case 2:
		return id->sector;
	case 3:
		return id->generation;
	default:
		return mix(seed + (uint32_t)i * GOLDEN);
	}
}

void sector_fill(volatile uint32_t *words, const struct sector_id *id)
{
	uint32_t seed = seed_of(id);
	size_t i;

	for (i = 0; i < SECTOR_WORDS; i++)
		words[i] = word_at(id, seed, i);
}

bool sector_holds(const volatile uint32_t *words, const struct sector_id *id)
{
	uint32_t seed = seed_of(id);
	size_t i;

	for (i = 0; i < SECTOR_WORDS; i++) {
		if (words[i] != word_at(id, seed, i))
			return false;
	}
	return true;
}
