// SPDX-License-Identifier: GPL-2.0-only
/*
 * p2p log: the kernel's log as /dev/kmsg has it, one record a line:
 * "LEVEL,SEQUENCE,MICROSECONDS,FLAGS;TEXT".  The sequence numbers have no
 * holes, so the host sees which records were overwritten before it read them.
 *
 * A process that calls it again continues where it stopped.  serve does so
 * without a fork: a guest that cannot fork can still say what is wrong.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "verbs.h"

/* More than the longest record: PRINTK_MESSAGE_MAX is 2048. */
#define RECORD_MAX 8192

/* More than this in one answer the host would cut. */
#define ANSWER_MAX (2 * 1024 * 1024)

static int kmsg = -1;

int log_open(void)
{
	if (kmsg < 0)
		kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return kmsg < 0 ? -errno : 0;
}

/* Lines after the first name the device that a record is about. */
static size_t print_record(const char *record)
{
	size_t len = strcspn(record, "\n");

	fwrite(record, 1, len, stdout);
	putchar('\n');
	return len + 1;
}

int verb_log(int argc, char **argv)
{
	char record[RECORD_MAX];
	size_t printed = 0;
	uint64_t count = 0;
	bool more = false;
	int ret;

	if (argc != 1) {
		fprintf(stderr, "p2p: unexpected '%s'\n", argv[1]);
		return EXIT_USAGE;
	}
	ret = log_open();
	if (ret)
		return fact_failed("log", -ret, 0);
	while (!more) {
		ssize_t len = read(kmsg, record, sizeof(record) - 1);

		if (len > 0) {
			record[len] = '\0';
			printed += print_record(record);
			more = printed >= ANSWER_MAX;
			count++;
			continue;
		}
		if (len == 0 || errno == EAGAIN)
			break;
		/* Overwritten meanwhile: the next one's number says so. */
		if (errno != EPIPE && errno != EINTR)
			return fact_failed("log", errno, 0);
	}
	fact_begin("log");
	json_number("records", count);
	json_bool("more", more);
	fact_end();
	return EXIT_DONE;
}
