// SPDX-License-Identifier: GPL-2.0-only
/*
 * p2p map-matrix: for every provider a line that says, for every other function
 * that is no bridge, how far Linux takes them to be apart and what each API
 * would give to it for a page of the provider.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "buffer.h"
#include "device.h"
#include "json.h"
#include "lab.h"
#include "verbs.h"

#define PAGE 4096

static uint32_t apis[3];
static int api_count;

static bool is_bridge(const char *bdf)
{
	char text[32];

	if (read_attribute(bdf, "class", text, sizeof(text)) < 0)
		return true;
	return strtoull(text, NULL, 16) >> 16 == 0x06;
}

static bool is_provider(const char *bdf)
{
	char text[32];

	return read_attribute(bdf, "p2pmem/published", text,
			      sizeof(text)) > 0 && *text == '1';
}

/*
 * {"address","bus"}, the name of the error that the API refused with, or
 * {"error"} if it could not be asked.
 */
static void print_mapping(int fd, uint32_t api, const char *client,
			  const struct buffer *buffer, uint64_t *physical)
{
	static struct lab_request request;
	int error;

	request.map = (struct p2plab_map) {
		.initiator = function_name(client),
		.api = api,
		.direction = P2PLAB_BOTH_WAYS,
	};
	add_memory(&request, buffer->address, PAGE);
	error = -ask_lab(fd, P2PLAB_PROBE, &request);
	if (error) {
		json_open(api_name(api), '{');
		json_string("error", error_name(error));
		json_close('}');
		return;
	}
	*physical = request.pieces[0].address;
	if (request.map.refusal) {
		json_string(api_name(api), error_name(request.map.refusal));
		return;
	}
	json_open(api_name(api), '{');
	json_hex("address", request.mappings[0].address, 0);
	json_bool("bus", request.mappings[0].flags & P2PLAB_EXTENT_BUS);
	json_close('}');
}

static void print_pair(int fd, const char *provider, const char *client,
		       const struct buffer *buffer, uint64_t *physical)
{
	struct p2plab_distance distance = {
		.provider = function_name(provider),
		.client = function_name(client),
	};
	int i;

	json_open(NULL, '{');
	json_string("client", client);
	/* It comes first: then no mapping has to warn of what is not allowed. */
	if (ioctl(fd, P2PLAB_DISTANCE, &distance))
		json_null("distance");
	else if (distance.distance < 0)
		json_string("distance", "not-supported");
	else
		json_number("distance", distance.distance);
	for (i = 0; i < api_count; i++)
		print_mapping(fd, apis[i], client, buffer, physical);
	json_close('}');
}

static int survey_provider(int fd, const char *provider, const glob_t *found)
{
	uint64_t physical = 0;
	struct buffer buffer;
	size_t i;

	if (buffer_map(&buffer, provider, PAGE))
		return EXIT_KERNEL;
	/* The host traces it, and knows where the page lies. */
	(void)*(const volatile uint32_t *)buffer.address;

	fact_begin("map-matrix");
	json_string("provider", provider);
	json_open("pairs", '[');
	for (i = 0; i < found->gl_pathc; i++) {
		const char *client = strrchr(found->gl_pathv[i], '/') + 1;

		if (!is_bridge(client))
			print_pair(fd, provider, client, &buffer, &physical);
	}
	json_close(']');
	json_hex("physical", physical, 0);
	fact_end();
	return buffer_unmap(&buffer) ? EXIT_KERNEL : EXIT_DONE;
}

int verb_survey(int argc, char **argv)
{
	glob_t found;
	size_t i;
	int fd, ret = EXIT_DONE;

	for (api_count = 0; api_count < argc - 1 && api_count < 3; api_count++) {
		if (!parse_api(argv[1 + api_count], &apis[api_count]))
			break;
	}
	if (!api_count || api_count != argc - 1) {
		fprintf(stderr, "p2p: map-matrix wants some of sg, page, resource\n");
		return EXIT_USAGE;
	}
	fd = open_lab();
	if (fd < 0)
		return lab_failed("/dev/p2plab", -fd);
	if (glob(PCI_DEVICES "/*", 0, NULL, &found))
		return fact_failed("map-matrix", ENOENT, 0);
	for (i = 0; !ret && i < found.gl_pathc; i++) {
		const char *bdf = strrchr(found.gl_pathv[i], '/') + 1;

		if (is_provider(bdf))
			ret = survey_provider(fd, bdf, &found);
	}
	globfree(&found);
	close(fd);
	return ret;
}
