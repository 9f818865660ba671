// SPDX-License-Identifier: GPL-2.0-only
/* p2p tree: every PCI function as the kernel sees it, one JSON array. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "device.h"
#include "json.h"
#include "verbs.h"

static void print_hex(const char *bdf, const char *attribute, int digits)
{
	char text[32];

	if (read_attribute(bdf, attribute, text, sizeof(text)) < 0)
		json_null(attribute);
	else
		json_hex(attribute, strtoull(text, NULL, 16), digits);
}

/* The device's own path in sysfs has its upstream bridge as the parent. */
static void print_parent(const char *link)
{
	char path[PATH_MAX], *parent, *slash;
	ssize_t len = readlink(link, path, sizeof(path) - 1);

	if (len < 0)
		len = 0;
	path[len] = '\0';
	slash = strrchr(path, '/');
	if (slash)
		*slash = '\0';
	parent = strrchr(path, '/');
	if (slash && parent && is_bdf(parent + 1))
		json_string("parent", parent + 1);
	else
		json_null("parent");
}

static void print_driver(const char *link)
{
	char path[PATH_MAX], target[PATH_MAX], *name;
	ssize_t len;

	snprintf(path, sizeof(path), "%s/driver", link);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0) {
		json_null("driver");
		return;
	}
	target[len] = '\0';
	name = strrchr(target, '/');
	json_string("driver", name ? name + 1 : target);
}

/* The lines of "resource": start, end and flags of BARs, ROM and windows. */
static void print_resources(const char *bdf)
{
	uint64_t start, end, flags;
	char text[4096], *line = text;
	int used, bar;

	json_open("resources", '[');
	if (read_attribute(bdf, "resource", text, sizeof(text)) < 0)
		*text = '\0';
	for (bar = 0; sscanf(line, "%" SCNx64 " %" SCNx64 " %" SCNx64 "%n",
			     &start, &end, &flags, &used) == 3; bar++) {
		line += used;
		if (!flags || !end)
			continue;
		json_open(NULL, '{');
		json_number("bar", bar);
		json_hex("start", start, 0);
		json_number("size", end - start + 1);
		json_hex("flags", flags, 0);
		json_close('}');
	}
	json_close(']');
}

static void print_p2pmem(const char *bdf)
{
	static const char *const names[] = { "size", "available", "published" };
	char path[NAME_MAX], text[32];
	size_t i;

	if (read_attribute(bdf, "p2pmem/size", text, sizeof(text)) < 0) {
		json_null("p2pmem");
		return;
	}
	json_open("p2pmem", '{');
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "p2pmem/%s", names[i]);
		if (read_attribute(bdf, path, text, sizeof(text)) < 0)
			json_null(names[i]);
		else if (!strcmp(names[i], "published"))
			json_bool(names[i], *text == '1');
		else
			json_number(names[i], strtoull(text, NULL, 10));
	}
	json_close('}');
}

/* A bridge's ACS control; an endpoint's would say nothing of the way to it. */
static void print_acs(const char *link)
{
	char path[PATH_MAX];
	int fd, acs = 0;

	snprintf(path, sizeof(path), "%s/config", link);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	/* The header's type is in byte 0x0e. */
	if ((read_config(fd, PCI_CACHE_LINE_SIZE) >> 16 & 0x7f) == 1) {
		acs = find_extended(fd, PCI_EXT_CAP_ID_ACS);
		if (acs)
			json_hex("acs_control",
				 read_config(fd, acs + PCI_ACS_CAP) >> 16, 4);
		else
			json_null("acs_control");
	}
	close(fd);
}

static void print_iommu(const char *bdf)
{
	char type[32];

	if (read_attribute(bdf, "iommu_group/type", type, sizeof(type)) < 0)
		json_null("iommu_group");
	else
		json_string("iommu_group", type);
}

/* What the lab compares with the declared tree is the brief half. */
static void print_function(const char *link, bool brief)
{
	const char *bdf = strrchr(link, '/') + 1;

	json_open(NULL, '{');
	json_string("bdf", bdf);
	print_parent(link);
	print_hex(bdf, "vendor", 4);
	print_hex(bdf, "device", 4);
	print_acs(link);
	print_iommu(bdf);
	if (!brief) {
		print_hex(bdf, "class", 6);
		print_driver(link);
		print_resources(bdf);
		print_p2pmem(bdf);
	}
	json_close('}');
}

int verb_tree(int argc, char **argv)
{
	bool brief = argc == 2 && !strcmp(argv[1], "--brief");
	glob_t found;
	size_t i;

	if (argc != 1 && !brief) {
		fprintf(stderr, "p2p: unexpected '%s'\n", argv[1]);
		return EXIT_USAGE;
	}
	if (glob(PCI_DEVICES "/*", 0, NULL, &found)) {
		fact_failed("tree", ENOENT, 0);
		return EXIT_KERNEL;
	}
	json_open(NULL, '[');
	for (i = 0; i < found.gl_pathc; i++)
		print_function(found.gl_pathv[i], brief);
	json_close(']');
	json_line();
	globfree(&found);
	return EXIT_DONE;
}
