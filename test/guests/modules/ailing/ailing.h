/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The illnesses of the module ailing, a table a file; an entry without a
 * function ends each.
 */
#ifndef AILING_H
#define AILING_H

struct illness {
	const char *name;
	int (*catch)(void);
};

extern const struct illness dma_illnesses[];
extern const struct illness faults[];
extern const struct illness hangs[];
extern const struct illness lock_illnesses[];
extern const struct illness memory_illnesses[];

/* Calls a function in a hard interrupt, and returns when it has been called. */
void call_in_interrupt(void (*function)(void));

#endif
