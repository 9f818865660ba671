// SPDX-License-Identifier: GPL-2.0-only
/* p2p counters: the read-only numbers that a module shows as parameters. */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "json.h"
#include "verbs.h"

static void print_counter(const char *path)
{
	char text[64], *end;
	struct stat status;
	uint64_t value;
	FILE *file;

	/* A parameter that can be written is a setting, not a counter. */
	if (stat(path, &status) || (status.st_mode & 0222))
		return;
	file = fopen(path, "re");
	if (!file)
		return;
	if (fgets(text, sizeof(text), file) && isdigit((unsigned char)*text)) {
		value = strtoull(text, &end, 10);
		if (*end == '\n' || !*end)
			json_number(strrchr(path, '/') + 1, value);
	}
	fclose(file);
}

int verb_counters(int argc, char **argv)
{
	char pattern[PATH_MAX];
	glob_t found;
	size_t i;

	if (argc != 2 || strchr(argv[1], '/')) {
		fprintf(stderr, "p2p: counters wants a module's name\n");
		return EXIT_USAGE;
	}
	snprintf(pattern, sizeof(pattern), "/sys/module/%s/parameters/*",
		 argv[1]);
	if (glob(pattern, 0, NULL, &found)) {
		fact_failed("counters", ENOENT, 0);
		return EXIT_KERNEL;
	}
	json_open(NULL, '{');
	for (i = 0; i < found.gl_pathc; i++)
		print_counter(found.gl_pathv[i]);
	json_close('}');
	json_line();
	globfree(&found);
	return EXIT_DONE;
}
