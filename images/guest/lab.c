// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "json.h"
#include "lab.h"

int open_lab(void)
{
	int fd = open("/dev/p2plab", O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

uint32_t function_name(const char *bdf)
{
	unsigned int domain, bus, device, function;

	if (sscanf(bdf, "%x:%x:%x.%x", &domain, &bus, &device, &function) != 4)
		return P2PLAB_NO_FUNCTION;
	return P2PLAB_FUNCTION(domain, bus, device << 3 | function);
}

static const char * const apis[] = {
	[P2PLAB_API_SG] = "sg",
	[P2PLAB_API_PAGE] = "page",
	[P2PLAB_API_RESOURCE] = "resource",
};

static const char * const directions[] = {
	[P2PLAB_TO_DEVICE] = "to-device",
	[P2PLAB_FROM_DEVICE] = "from-device",
	[P2PLAB_BOTH_WAYS] = "both",
};

static bool parse_name(const char * const *names, uint32_t count,
		       const char *text, uint32_t *value)
{
	for (*value = 1; *value < count; ++*value) {
		if (!strcmp(names[*value], text))
			return true;
	}
	return false;
}

bool parse_api(const char *text, uint32_t *api)
{
	return parse_name(apis, sizeof(apis) / sizeof(*apis), text, api);
}

const char *api_name(uint32_t api)
{
	return apis[api];
}

bool parse_direction(const char *text, uint32_t *direction)
{
	return parse_name(directions, sizeof(directions) / sizeof(*directions),
			  text, direction);
}

bool add_memory(struct lab_request *request, const void *address,
		uint64_t length)
{
	uint32_t count = request->map.segment_count;

	if (count == sizeof(request->segments) / sizeof(*request->segments))
		return false;
	request->segments[count] = (struct p2plab_segment) {
		.address = (uintptr_t)address,
		.length = length,
		.provider = P2PLAB_NO_FUNCTION,
	};
	request->map.segment_count++;
	return true;
}

int ask_lab(int fd, unsigned long command, struct lab_request *request)
{
	request->map.segments = (uintptr_t)request->segments;
	request->map.pieces = (uintptr_t)request->pieces;
	request->map.mappings = (uintptr_t)request->mappings;
	request->map.room = P2PLAB_MAX_EXTENTS;
	return ioctl(fd, command, &request->map) ? -errno : 0;
}

const char *failed_op(const char *op, int error)
{
	switch (error) {
	case EFAULT:
		return "pin";
	case ENOBUFS:
	case ETIMEDOUT:
		return op;
	default:
		return "module";
	}
}

static void print_extents(const char *key, const struct p2plab_extent *extents,
			  uint32_t count, const char *mark, uint32_t flag)
{
	uint32_t i;

	json_open(key, '[');
	for (i = 0; i < count; i++) {
		json_open(NULL, '{');
		json_hex("address", extents[i].address, 0);
		json_number("bytes", extents[i].length);
		json_bool(mark, extents[i].flags & flag);
		json_close('}');
	}
	json_close(']');
}

void print_answer(const struct lab_request *request)
{
	const struct p2plab_map *map = &request->map;

	if (map->refusal)
		json_string("refusal", error_name(map->refusal));
	else
		json_null("refusal");
	print_extents("pieces", request->pieces, map->piece_count, "peer",
		      P2PLAB_EXTENT_PEER);
	print_extents("mappings", request->mappings, map->mapping_count, "bus",
		      P2PLAB_EXTENT_BUS);
}

const char *error_name(int error)
{
	const char *name = strerrorname_np(error);

	return name ? name : "unknown";
}
