/* SPDX-License-Identifier: GPL-2.0-only */
/* One JSON line at a time on standard output: the tool's whole voice. */
#ifndef P2P_JSON_H
#define P2P_JSON_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A key of NULL is for the members of an array and for the outermost value.
 * json_line() ends the line and flushes it, so that a reader sees each fact
 * as it happens and a crash loses none that came before.
 */
void json_open(const char *key, char bracket);
void json_close(char bracket);
void json_string(const char *key, const char *value);
void json_number(const char *key, uint64_t value);
void json_hex(const char *key, uint64_t value, int digits);
void json_bool(const char *key, bool value);
void json_null(const char *key);
void json_line(void);

/* A fact: {"op":OP,"ok":true,…} until fact_end(); one line. */
void fact_begin(const char *op);
void fact_end(void);

/*
 * A fact of failure: {"op":OP,"ok":false,"errno":N,"errname":"E…"} and more
 * until fact_end().  fact_failed() is the whole line, with @bytes done.
 */
void fact_begin_failed(const char *op, int error);
int fact_failed(const char *op, int error, uint64_t bytes);

/*
 * The tool itself could not do @what, for want of a process or of memory: the
 * host takes that for a failure of the lab.  Returns EXIT_LAB.
 */
int lab_failed(const char *what, int error);

#endif
