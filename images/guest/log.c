// SPDX-License-Identifier: GPL-2.0-only
/* p2p log: what the kernel has logged, as dmesg(1) prints it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>

#include "json.h"
#include "verbs.h"

/* Commands of syslog(2). */
enum { READ_ALL = 3, SIZE_BUFFER = 10 };

/* Each record begins with its level: "<6>". */
static const char *skip_level(const char *line)
{
	const char *end;

	if (*line != '<')
		return line;
	end = line + 1 + strspn(line + 1, "0123456789");
	return end > line + 1 && *end == '>' ? end + 1 : line;
}

static void print_lines(char *text)
{
	char *line;

	while ((line = strsep(&text, "\n"))) {
		if (*line)
			puts(skip_level(line));
	}
}

int verb_log(int argc, char **argv)
{
	int size, read;
	char *text;

	if (argc != 1) {
		fprintf(stderr, "p2p: unexpected '%s'\n", argv[1]);
		return EXIT_USAGE;
	}
	size = klogctl(SIZE_BUFFER, NULL, 0);
	text = size < 0 ? NULL : malloc(size + 1);
	read = text ? klogctl(READ_ALL, text, size) : -1;
	if (read < 0) {
		free(text);
		return fact_failed("log", errno, 0);
	}
	text[read] = '\0';
	print_lines(text);
	free(text);
	return EXIT_DONE;
}
