// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "verbs.h"

/* Whether the next value at this depth needs a comma in front. */
static bool comma;

static void put_quoted(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		unsigned char c = *text;

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

static void put_key(const char *key)
{
	if (comma)
		putchar(',');
	comma = true;
	if (!key)
		return;
	put_quoted(key);
	putchar(':');
}

void json_open(const char *key, char bracket)
{
	put_key(key);
	putchar(bracket);
	comma = false;
}

void json_close(char bracket)
{
	putchar(bracket);
	comma = true;
}

void json_string(const char *key, const char *value)
{
	put_key(key);
	put_quoted(value);
}

void json_number(const char *key, uint64_t value)
{
	put_key(key);
	printf("%" PRIu64, value);
}

void json_hex(const char *key, uint64_t value, int digits)
{
	put_key(key);
	printf("\"0x%0*" PRIx64 "\"", digits, value);
}

void json_bool(const char *key, bool value)
{
	put_key(key);
	fputs(value ? "true" : "false", stdout);
}

void json_null(const char *key)
{
	put_key(key);
	fputs("null", stdout);
}

void json_line(void)
{
	putchar('\n');
	fflush(stdout);
	comma = false;
}

void fact_begin(const char *op)
{
	json_open(NULL, '{');
	json_string("op", op);
	json_bool("ok", true);
}

void fact_end(void)
{
	json_close('}');
	json_line();
}

void fact_begin_failed(const char *op, int error)
{
	const char *name = strerrorname_np(error);

	json_open(NULL, '{');
	json_string("op", op);
	json_bool("ok", false);
	json_number("errno", error);
	json_string("errname", name ? name : "unknown");
}

int fact_failed(const char *op, int error, uint64_t bytes)
{
	fact_begin_failed(op, error);
	json_number("bytes", bytes);
	fact_end();
	return 1;
}

int lab_failed(const char *what, int error)
{
	fact_begin_failed("lab", error);
	json_string("where", what);
	fact_end();
	return EXIT_LAB;
}
