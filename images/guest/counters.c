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

/* Returns 0, also where there is no counter, or -errno. */
static int print_counter(const char *path)
{
	char text[64], *end;
	struct stat status;
	uint64_t value;
	FILE *file;

	/* A parameter that can be written is a setting, not a counter. */
	if (stat(path, &status))
		return -errno;
	if (status.st_mode & 0222)
		return 0;
	file = fopen(path, "re");
	if (!file)
		return -errno;
	if (fgets(text, sizeof(text), file) && isdigit((unsigned char)*text)) {
		value = strtoull(text, &end, 10);
		if (*end == '\n' || !*end)
			json_number(strrchr(path, '/') + 1, value);
	}
	fclose(file);
	return 0;
}

int verb_counters(int argc, char **argv)
{
	char pattern[PATH_MAX];
	int error, ret = 0;
	glob_t found;
	size_t i;

	if (argc != 2 || strchr(argv[1], '/')) {
		fprintf(stderr, "p2p: counters wants a module's name\n");
		return EXIT_USAGE;
	}
	snprintf(pattern, sizeof(pattern), "/sys/module/%s/parameters/*",
		 argv[1]);
	error = glob(pattern, 0, NULL, &found);
	if (error == GLOB_NOMATCH)
		return fact_failed("counters", ENOENT, 0);
	if (error)
		return lab_failed("glob", ENOMEM);
	json_open(NULL, '{');
	for (i = 0; i < found.gl_pathc && !ret; i++)
		ret = print_counter(found.gl_pathv[i]);
	json_close('}');
	json_line();
	globfree(&found);
	/* A counter that is left out would pass for one that counted nothing. */
	return ret ? lab_failed("counters", -ret) : EXIT_DONE;
}
